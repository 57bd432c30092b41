import { AgentCommError, type Clock } from "@agentcomm/protocol";

/** Settles as the work does, or rejects with TIMEOUT if it takes too long; the work itself goes on. */
export async function within(work: Promise<void>, timeoutMs: number, clock: Clock): Promise<void> {
  let cancel = () => {};
  const timeout = new Promise<never>((_, reject) => {
    cancel = clock.timer(timeoutMs, () => {
      reject(
        new AgentCommError("TIMEOUT", `the disk did not take the log within ${timeoutMs} ms`, { outcome: "unknown" }),
      );
    });
  });
  try {
    await Promise.race([work, timeout]);
  } finally {
    cancel();
  }
}
