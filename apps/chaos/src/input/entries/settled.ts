import { subscribeDiagnostics, type Transport } from "@agentcomm/protocol";

const LOOK_EVERY_MS = 200;
const PATIENCE_MS = 20_000;

/** Counts what the diagnostics tell of one mailbox. */
export interface SettledCount extends Disposable {
  readonly acked: number;
  readonly dead: number;
  /**
   * Resolves once that many messages are acked or dead. Rejects when the mailbox has run empty before, or if it takes 20
   * seconds.
   */
  reaches(total: number): Promise<void>;
}

/** Starts counting. */
export function countSettled(transport: Transport, agentId: string): SettledCount {
  let acked = 0;
  let dead = 0;
  let notify = (): void => {};
  const ends = [
    subscribeDiagnostics("message.acked", (event) => {
      if (event.agentId !== agentId) return;
      acked += 1;
      notify();
    }),
    subscribeDiagnostics("message.dead", (event) => {
      if (event.agentId !== agentId) return;
      dead += 1;
      notify();
    }),
  ];
  const holdsNone = async (): Promise<boolean> => {
    const { mailboxes } = await transport.stats();
    const mailbox = mailboxes.find((each) => each.agentId === agentId);
    return mailbox === undefined || mailbox.ready + mailbox.delayed + mailbox.inFlight === 0;
  };
  return {
    get acked() {
      return acked;
    },
    get dead() {
      return dead;
    },
    async reaches(total) {
      const deadline = performance.now() + PATIENCE_MS;
      while (acked + dead < total) {
        const changed = await new Promise<boolean>((resolve) => {
          const timer = setTimeout(() => resolve(false), LOOK_EVERY_MS);
          notify = () => {
            if (acked + dead < total) return;
            clearTimeout(timer);
            resolve(true);
          };
        });
        if (changed) return;
        const empty = await holdsNone();
        if (acked + dead >= total) return;
        const so = `of ${total} messages ${acked} were acked and ${dead} are dead`;
        if (empty) throw new Error(`${so}, and the mailbox is empty: something was dropped`);
        if (performance.now() > deadline) throw new Error(`${so} after ${PATIENCE_MS} ms`);
      }
    },
    [Symbol.dispose]() {
      for (const end of ends) end();
    },
  };
}
