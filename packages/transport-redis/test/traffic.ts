import { AgentCommError, type Transport } from "@agentcomm/protocol";
import { note, numberOf } from "./scene.js";

/** Messages on their way, and what became of them. */
export interface Traffic {
  /** Accepted: `send` resolved. */
  readonly accepted: Set<number>;
  /** May or may not have been stored. */
  readonly unknown: Set<number>;
  /** How often each was handled. */
  readonly handled: Map<number, number>;
  /** Codes of sends that failed. */
  readonly failures: string[];
  /** Accepted and not handled yet. */
  missing(): number[];
  /** Sends no more. Resolves when what is under way has ended. */
  stopSending(): Promise<void>;
  /** Ends the receiver as well. */
  end(): Promise<void>;
}

/** Sends from one transport to another, ten at a time, until it is stopped. */
export function startTraffic(sender: Transport, receiver: Transport, agentId: string): Traffic {
  const accepted = new Set<number>();
  const unknown = new Set<number>();
  const handled = new Map<number, number>();
  const failures: string[] = [];
  let sending = true;
  let last = 0;
  const send = async (): Promise<void> => {
    while (sending) {
      last += 1;
      const n = last;
      try {
        await sender.send(note(agentId, n));
        accepted.add(n);
      } catch (error) {
        if (!AgentCommError.is(error)) throw error;
        failures.push(error.code);
        if (error.outcome === "unknown") unknown.add(n);
      }
      // One event loop turn, so that ten senders do not starve the rest of the test.
      await new Promise((resume) => setImmediate(resume));
    }
  };
  const senders = Array.from({ length: 10 }, send);
  const subscription = receiver.subscribe(
    agentId,
    async (delivery) => {
      const n = numberOf(delivery) as number;
      handled.set(n, (handled.get(n) ?? 0) + 1);
    },
    { concurrency: 50, leaseMs: 2_000 },
  );
  const stopSending = async (): Promise<void> => {
    sending = false;
    await Promise.all(senders);
  };
  return {
    accepted,
    unknown,
    handled,
    failures,
    missing: () => [...accepted].filter((n) => !handled.has(n)),
    stopSending,
    async end() {
      await stopSending();
      await subscription.stop();
    },
  };
}
