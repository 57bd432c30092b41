import { AgentCommError } from "@agentcomm/protocol";
import type { Route } from "./route.js";

/**
 * Whether leases can be judged. They are measured on the store's clock; when that jumps, or the store stood still so that nobody
 * could renew, nobody's lease may be taken for over. Each such event has a number; a mailbox whose leases were not started anew
 * since the last one has that done by its next take.
 */
export class Doubts {
  readonly #report: (error: AgentCommError) => void;
  #number = 0;

  constructor(report: (error: AgentCommError) => void) {
    this.#report = report;
  }

  /** The last event: mailboxes that dealt with an earlier one only are in doubt. */
  get number(): number {
    return this.#number;
  }

  /** An answer carried the store's time. `restarted`: the store found by itself that leases are in doubt. */
  learn(route: Route, storeTime: number, sentAt: number, restarted = false): void {
    const jumpMs = route.node?.time.learn(storeTime, sentAt) ?? 0;
    if (jumpMs !== 0 || restarted) this.#number += 1;
    if (jumpMs === 0) return;
    const direction = jumpMs > 0 ? "forward" : "back";
    const what = `the clock of Redis jumped ${direction} by ${Math.abs(jumpMs)} ms: leases start anew, delays shift`;
    this.#report(new AgentCommError("STORE_FAILED", what, { details: { jumpMs } }));
  }
}
