import type { HeapItem } from "./indexed-heap.js";

/** One message in one mailbox, from append to settling. */
export interface Entry extends HeapItem {
  /** Names its delivery, while there is one that may still be settled. */
  token: string;
  /** Its place in line: lower is older. */
  order: number;
  /** The index of its priority in PRIORITIES. */
  readonly lane: number;
  readonly payload: Uint8Array | undefined;
  /** All its fields, if it was put in raw. Otherwise there is only the payload. */
  readonly fields: Readonly<Record<string, Uint8Array>> | undefined;
  attempt: number;
  reasons: readonly string[] | undefined;
  /** How many of its attempts were handed back by a retry. */
  noted: number;
  /** Lapsed: its lease is over, it is on offer again, and its last holder may still settle it. */
  state: "ready" | "delayed" | "leased" | "lapsed";
  /** When its delay or lease ends, on the monotonic clock. */
  dueAt: number;
  /** The next in line. */
  next: Entry | undefined;
}

/** The entry as stored: every field, copied, so that who looks at it cannot change it. */
export function copyFields(entry: Entry): Record<string, Uint8Array> {
  if (entry.fields !== undefined) return copyOf(entry.fields);
  return entry.payload === undefined ? {} : { message: new Uint8Array(entry.payload) };
}

/**
 * A copy of raw fields. By fromEntries, since a field may be named "__proto__"; by the constructor, since a Buffer's slice
 * copies nothing.
 */
export function copyOf(fields: Readonly<Record<string, Uint8Array>>): Record<string, Uint8Array> {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, new Uint8Array(value)]));
}
