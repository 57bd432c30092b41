import type { Entry } from "./ledger.js";

/** What the order of one receiver's deliveries says. It handles one message at a time. */
export interface OrderFindings {
  /** Handed out after a message that the same sender had sent later, with the same urgency. */
  readonly overtaken: readonly string[];
  /** Handed out although a more urgent message had been accepted before the receiver asked. */
  readonly lessUrgentFirst: readonly string[];
  /** Handed out before a less urgent message that had been accepted earlier: how often urgency mattered at all. */
  readonly overtaking: number;
}

/** What is known of a message's place in a mailbox. */
export interface Place {
  /** Who sent it. */
  readonly sender: number;
  /** 0: the most urgent. */
  readonly urgency: number;
}

/**
 * Looks at first deliveries only: `entries` are all of one receiver's. A receiver asks for the next message after it has handled the last one,
 * and what was accepted by then is in the store; what was accepted later may or may not have been, and is not judged.
 */
export function checkOrder(entries: Iterable<Entry>, placeOf: (id: string) => Place): OrderFindings {
  const inOrder = [...entries].sort((a, b) => firstAtMs(a) - firstAtMs(b));
  const overtaken: string[] = [];
  const lastSent = new Map<string, number>();
  for (const { id, attemptedAtMs } of inOrder) {
    const { sender, urgency } = placeOf(id);
    const row = `${sender} ${urgency}`;
    const last = lastSent.get(row) ?? 0;
    if (attemptedAtMs < last) overtaken.push(id);
    lastSent.set(row, Math.max(last, attemptedAtMs));
  }
  return { overtaken, ...checkUrgency(inOrder, placeOf) };
}

/** From the last delivery to the first, so that what was still to come is known at each. */
function checkUrgency(inOrder: readonly Entry[], placeOf: (id: string) => Place) {
  const lessUrgentFirst: string[] = [];
  let overtaking = 0;
  /** By urgency: when the first of those still to come was accepted. */
  const toCome: number[] = [];
  for (let index = inOrder.length - 1; index >= 0; index--) {
    const entry = inOrder[index] as Entry;
    const { urgency } = placeOf(entry.id);
    const askedAtMs = inOrder[index - 1]?.handledAtMs ?? 0;
    const earliest = (from: number, to: number): number => Math.min(...toCome.slice(from, to).filter(Number.isFinite));
    if (earliest(0, urgency) < askedAtMs) lessUrgentFirst.push(entry.id);
    if (earliest(urgency + 1, Number.POSITIVE_INFINITY) < entry.attemptedAtMs) overtaking += 1;
    if (entry.accepted) toCome[urgency] = Math.min(toCome[urgency] ?? Number.POSITIVE_INFINITY, entry.acceptedAtMs);
  }
  return { lessUrgentFirst: lessUrgentFirst.reverse(), overtaking };
}

function firstAtMs({ deliveries }: Entry): number {
  return deliveries[0]?.atMs ?? 0;
}
