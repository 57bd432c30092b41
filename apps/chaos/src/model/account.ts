import type { Command } from "./command.js";
import type { Observation } from "./observe.js";
import type { State } from "./observe-state.js";

/**
 * The books of one world: no accepted message disappears and none appears from nowhere. What was accepted and has not left by
 * an ack, a purge or a discarding must be ready, delayed, in flight or dead, at every moment.
 */
export class Account {
  #due = 0;

  /** Enters what a command did. Returns what is wrong with the books, if anything. */
  enter(command: Command, seen: Observation, before: State | undefined, after: State): string | undefined {
    const held = total(after);
    // A repeated fan-out completes what an earlier one began: its receipt does not say how many are new.
    if (command.do === "send" && command.key !== undefined && !isAgent(command.note.to)) this.#due = held;
    else this.#due += change(command, seen, before);
    return held === this.#due ? undefined : `${this.#due} messages are accepted and not settled, ${held} are there`;
  }
}

function total({ mailboxes }: State): number {
  return mailboxes.reduce((sum, { ready, delayed, inFlight, dead }) => sum + ready + delayed + inFlight + dead, 0);
}

function change(command: Command, seen: Observation, before: State | undefined): number {
  switch (command.do) {
    case "send":
      return storedBy(seen);
    case "sendMany":
      return Array.isArray(seen) ? seen.reduce((sum: number, one) => sum + storedBy(one), 0) : 0;
    case "await":
      return seen !== null && typeof seen === "object" && "receipt" in seen ? storedBy(seen.receipt ?? null) : 0;
    case "putRaw":
      return seen === "put" ? 1 : 0;
    case "settle":
      return typeof seen === "string" && seen.startsWith("ack of ") ? -1 : 0;
    case "purge":
      return typeof seen === "number" ? -seen : 0;
    case "deleteMailbox": {
      if (seen !== "deleted" || before === undefined) return 0;
      const own = before.mailboxes.filter(({ agentId }) => agentId.startsWith(`${command.agent}.`));
      return -total({ ...before, mailboxes: own });
    }
    default:
      return 0;
  }
}

function storedBy(receipt: Observation): number {
  if (receipt === null || typeof receipt !== "object" || !("stored" in receipt)) return 0;
  return typeof receipt.stored === "number" && receipt.duplicate !== true ? receipt.stored : 0;
}

function isAgent(to: string): boolean {
  return to !== "*" && !to.startsWith("#");
}
