import { setTimeout } from "node:timers/promises";
import type { Delivery } from "@agentcomm/protocol";
import type { Work } from "./orders.js";

/** Does what a message asks its handler to do. May reject, never resolve, or end the process. */
export async function doWork(work: Work, { signal, attempt }: Pick<Delivery, "signal" | "attempt">): Promise<void> {
  switch (work.kind) {
    case "sleep":
      return await setTimeout(work.ms, undefined, work.heeds === true ? { signal } : {});
    case "block":
      if (attempt === 1) block(work.ms);
      return;
    case "throw":
      throw new Error("this handler always throws");
    case "exit":
      return process.exit(3);
    case "abort":
      return process.abort();
    case "hang":
      return await new Promise(() => undefined);
  }
}

/** Holds the event loop up as a long computation does, but leaves the processor to others. */
function block(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}
