import { sizeOf, type Text } from "../text-parts.js";

/** What decoding must come to. Absent: either will do. */
export type Expectation = "read" | "refused";

/** An entry that a stranger stores: its fields, in order, names as often as they like. The wire text is the field `message`. */
export interface EntryCase {
  readonly fields: readonly (readonly [name: Text, value: Text])[];
  readonly expect?: Expectation;
}

/** An entry with nothing but a message. */
export function messageEntry(text: Text, expect?: Expectation): EntryCase {
  return { fields: [["message", text]], ...(expect === undefined ? {} : { expect }) };
}

const GIANT_BYTES = 1_048_576;

/** Whether an entry is so large that few of its kind can be tried. */
export function isGiantEntry({ fields }: EntryCase): boolean {
  return fields.reduce((sum, [name, value]) => sum + sizeOf(name) + sizeOf(value), 0) >= GIANT_BYTES;
}
