import { deepStrictEqual } from "node:assert/strict";

/** What is sent: the same content for every contender. */
export interface Note {
  readonly number: number;
  readonly text: string;
}

/** The size of our own wire text around a note with an empty text: what `text` adds makes the message as long as is asked for. */
const ENVELOPE_BYTES = 213;
/** A message as agents send them: PERFORMANCE.md's measurements are made with 363 bytes. */
export const USUAL_BYTES = 363;

/** A note that makes a message of so many bytes, about, as AgentComm writes it; each contender sends the same content. */
export function makeNote(number: number, bytes = USUAL_BYTES): Note {
  const length = Math.max(bytes - ENVELOPE_BYTES, 1);
  // Other text for each, so that one message cannot pass for another.
  return { number, text: `${number.toString(36)}-`.padEnd(length, "the quick brown fox jumps over the lazy dog; ") };
}

/** Notes numbered from 0. */
export function makeNotes(count: number, bytes?: number): Note[] {
  return Array.from({ length: count }, (_, number) => makeNote(number, bytes));
}

/** What arrived of a round, in the order of its arrival. */
export class Arrivals {
  readonly #notes: Note[] = [];
  readonly #expected: number;
  readonly #all = Promise.withResolvers<void>();

  constructor(expected: number) {
    this.#expected = expected;
  }

  /** Resolves when as many as are expected have arrived. */
  get all(): Promise<void> {
    return this.#all.promise;
  }

  add(note: Note): void {
    if (this.#notes.push(note) === this.#expected) this.#all.resolve();
  }

  /** Throws unless each note of the round arrived once, just as it was sent. */
  check(bytes?: number): void {
    const seen = new Set<number>();
    for (const { number, ...others } of this.#notes) {
      if (seen.has(number)) throw new Error(`note ${number} arrived twice`);
      seen.add(number);
      deepStrictEqual({ number, ...others }, makeNote(number, bytes));
    }
    if (seen.size !== this.#expected) throw new Error(`${this.#expected} notes were sent, ${seen.size} arrived`);
  }
}
