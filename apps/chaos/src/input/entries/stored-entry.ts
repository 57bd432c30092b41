import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";
import type { AgentMessage } from "@agentcomm/protocol";
import { bytesOf } from "../text-parts.js";
import { checkDecoding } from "./check-decoding.js";
import type { EntryCase } from "./entry-case.js";

/** An entry as it is stored, and what must become of it. */
export interface StoredEntry {
  readonly fields: readonly (readonly [name: Buffer, value: Buffer])[];
  /** Handled as this message, or kept as a dead letter. */
  readonly fate: "handled" | "dead" | "either";
  readonly message: AgentMessage | undefined;
  /** What `raw` of its dead letter must hold, in one text. */
  readonly rawText: string;
}

/** What a store makes of the fields that it is given. */
export interface FieldRules {
  /** Whether a field may stand in an entry several times. */
  readonly repeats: boolean;
  /** Whether a field `digest` is checked. */
  readonly digest: boolean;
}

const DAY_MS = 86_400_000;
const SHORT = 1_024;

/** Makes the fields, decodes the message, which must hold what decoding promises, and foretells what becomes of the entry. */
export function storedEntry(each: EntryCase, rules: FieldRules): StoredEntry {
  let fields = each.fields.map(([name, value]) => [bytesOf(name), bytesOf(value)] as const);
  if (!rules.repeats) {
    fields = [...new Map(fields.map(([name, value]) => [name.toString(), value]))].map(([name, value]) => [
      Buffer.from(name),
      value,
    ]);
  }
  const fieldOf = (wanted: string) => fields.findLast(([name]) => name.toString() === wanted)?.[1];
  const payload = fieldOf("message");
  const rawText = rawTextOf(namedOnce(fields));
  if (payload === undefined) return { fields, fate: "dead", message: undefined, rawText };
  const decoding = checkDecoding(payload, each.expect);
  const message = "message" in decoding ? decoding.message : undefined;
  const digest = rules.digest ? fieldOf("digest")?.toString("latin1") : undefined;
  const damaged = digest !== undefined && digest.toLowerCase() !== crc32(payload).toString(16).padStart(8, "0");
  return { fields, fate: damaged || message === undefined ? "dead" : fateOf(message), message, rawText };
}

/** Raw fields in one text that is the same for the same fields. */
export function rawTextOf(fields: Iterable<readonly [name: string, value: Uint8Array]>): string {
  return JSON.stringify(
    Array.from(fields, ([name, value]) => [name, digestOf(value)]).sort(([a = ""], [b = ""]) => (a < b ? -1 : 1)),
  );
}

function digestOf(value: Uint8Array): string {
  if (value.length <= SHORT) return Buffer.from(value).toString("base64");
  return `${value.length} bytes ${createHash("sha256").update(value).digest("base64")}`;
}

/** The names under which `raw` shows fields: the last of a name has it, those before it get numbers. */
function namedOnce(fields: StoredEntry["fields"]): Map<string, Uint8Array> {
  const named = new Map<string, Uint8Array>();
  const counts = new Map<string, number>();
  for (const [bytes, value] of fields.toReversed()) {
    const name = bytes.toString();
    let unused = name;
    let count = counts.get(name) ?? 1;
    for (; named.has(unused); unused = `${name}#${count}`) count += 1;
    counts.set(name, count);
    named.set(unused, value);
  }
  return named;
}

function fateOf({ expiresAt }: AgentMessage): StoredEntry["fate"] {
  if (expiresAt === undefined) return "handled";
  const yearsLeft = Number(expiresAt.slice(0, 4)) - new Date().getUTCFullYear();
  if (Math.abs(yearsLeft) > 1) return yearsLeft < 0 ? "dead" : "handled";
  // Of these years Date knows no more than the usual forms; what expires about now may go either way.
  const leftMs = Date.parse(expiresAt) - Date.now();
  if (!(Math.abs(leftMs) > DAY_MS)) return "either";
  return leftMs < 0 ? "dead" : "handled";
}
