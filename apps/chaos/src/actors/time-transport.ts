import { AgentCommError, type Transport } from "@agentcomm/protocol";
import type { Journal } from "../oracle/journal.js";
import { LoopWatch } from "./loop-watch.js";

/** So long after its deadline a call that has not ended is written down: it may never end. */
const GIVEN_UP_MS = 1_000;

/** Times a call that must end within `allowedMs`. */
type Timing = (name: string, allowedMs: number, call: () => Promise<unknown>) => Promise<unknown>;

const CALLS: ReadonlySet<string> = new Set([
  "openMailbox",
  "deleteMailbox",
  "send",
  "receive",
  "deadLetters",
  "redrive",
  "purgeDeadLetters",
  "stats",
  "health",
]);
const RECORD_CALLS: ReadonlySet<string> = new Set(["get", "list", "put", "delete"]);
const DELIVERY_CALLS: ReadonlySet<string> = new Set(["ack", "retry", "reject", "extend"]);

/**
 * The same transport; each of its calls that its deadline ends, or that ends after it, is written down, those of the deliveries that it
 * hands to handlers included: by how much it was late, and how much of that its process was not let run. One that has not ended a second
 * after its deadline is written down then, too.
 */
export function timeTransport(transport: Transport, timeoutMs: number, journal: Journal): Transport {
  const loop = new LoopWatch();
  const time: Timing = async (name, allowedMs, call) => {
    const start = performance.now();
    let turned = Number.POSITIVE_INFINITY;
    // A call gets under way when the event loop has turned, and its time begins.
    setImmediate(() => {
      turned = performance.now();
    });
    const note = (isTimeout: boolean): void => {
      const now = performance.now();
      const deadline = start + allowedMs;
      if (now <= deadline && !isTimeout) return;
      const starvedMs = loop.starvedMs(start, turned) + loop.starvedMs(Math.max(deadline, turned), now);
      journal.write("overdue", name, `${Math.max(now - deadline, 0).toFixed(1)} ${starvedMs.toFixed(1)}`);
    };
    const timer = setTimeout(() => note(false), allowedMs + GIVEN_UP_MS);
    // What runs on after the process's work is nothing to wait for.
    timer.unref();
    let isTimeout = false;
    try {
      return await call();
    } catch (error) {
      isTimeout = AgentCommError.is(error, "TIMEOUT");
      throw error;
    } finally {
      clearTimeout(timer);
      note(isTimeout);
    }
  };
  const records = timed(transport.records, RECORD_CALLS, timeoutMs, time);
  const whole: Transport = timed(transport, CALLS, timeoutMs, time, {
    records,
    subscribe: (agentId, handler, options) =>
      transport.subscribe(agentId, (delivery) => handler(timed(delivery, DELIVERY_CALLS, timeoutMs, time)), options),
    async close() {
      await transport.close();
      loop.stop();
    },
  });
  return whole;
}

function timed<Thing extends object>(
  thing: Thing,
  names: ReadonlySet<string>,
  timeoutMs: number,
  time: Timing,
  instead: Partial<Thing> = {},
): Thing {
  return new Proxy(thing, {
    get(target, name): unknown {
      if (Object.hasOwn(instead, name)) return Reflect.get(instead, name);
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== "function") return value;
      const call = (...args: unknown[]): unknown => Reflect.apply(value, target, args);
      if (typeof name === "symbol" || !names.has(name)) return call;
      return (...args: unknown[]) => time(name, timeoutMs + waitMsOf(args), () => call(...args) as Promise<unknown>);
    },
  });
}

/** How long the call was to wait for something: that counts in addition. */
function waitMsOf(args: readonly unknown[]): number {
  const { waitMs = 0 } = (args.at(-1) ?? {}) as { readonly waitMs?: number };
  return waitMs;
}
