import type { TakenEntry } from "@agentcomm/protocol";
import { quote } from "@agentcomm/protocol/internal";
import { isDigestOf } from "./digest.js";
import type { Lease } from "./held-deliveries.js";
import { encodeToken, type Holder, tokenPrefix } from "./token.js";

/** An entry of a stream as Redis answers it: names and values in turn. */
export type StreamEntry = readonly [id: Buffer, fields: readonly Buffer[]];

/** What is known of entries that were offered before, entry by entry. */
export interface Offered {
  readonly counts: readonly number[];
  /** Where earlier attempts were handed back: a JSON array of how many, and the last reasons given. */
  readonly notes: readonly (Buffer | null)[];
}

const MESSAGE = Buffer.from("message");
const DIGEST = Buffer.from("digest");

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

/** Makes taken entries of stream entries that a holder has leased until then. */
export function readEntries(
  found: readonly StreamEntry[],
  holder: Holder,
  until: number,
  offered: Offered | undefined,
): Lease {
  const prefix = tokenPrefix(holder);
  const ids = found.map(([id]) => id.toString("latin1"));
  const entries = found.map(([, fields], index) => {
    const attempt = offered?.counts[index] ?? 1;
    const entry: Mutable<TakenEntry> = { token: encodeToken(prefix, ids[index] as string, attempt), attempt };
    readFields(entry, fields);
    const notes = notesIn(offered?.notes[index]);
    if (notes !== undefined) [entry.noted, ...entry.reasons] = notes;
    return entry;
  });
  return { lane: holder.lane, ids, entries, again: offered !== undefined, until };
}

/** Undefined if there are none, or a stranger wrote something else there: the message is worth more than its history. */
function notesIn(text: Buffer | null | undefined): readonly [noted: number, ...reasons: string[]] | undefined {
  if (!text) return undefined;
  try {
    const notes: unknown = JSON.parse(String(text));
    if (!Array.isArray(notes) || !Number.isSafeInteger(notes[0])) return undefined;
    const [noted, ...reasons] = notes as [number, ...unknown[]];
    return reasons.every((reason) => typeof reason === "string") ? [noted, ...reasons] : undefined;
  } catch {
    return undefined;
  }
}

function readFields(entry: Mutable<TakenEntry>, fields: readonly Buffer[]): void {
  let digest: Buffer | undefined;
  for (let index = 0; index < fields.length; index += 2) {
    const name = fields[index] as Buffer;
    if (name.equals(MESSAGE)) entry.payload = fields[index + 1] as Buffer;
    else if (name.equals(DIGEST)) digest = fields[index + 1] as Buffer;
  }
  if (entry.payload === undefined || digest === undefined || isDigestOf(entry.payload, digest)) return;
  const kept = quote(digest.toString("latin1"));
  entry.damaged = `the stored bytes do not have the digest ${kept} that they were stored with`;
}
