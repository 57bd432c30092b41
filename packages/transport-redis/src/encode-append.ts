import type { AppendEntry } from "@agentcomm/protocol";
import { DIGEST_BYTES, writeDigest } from "./digest.js";
import { LANES } from "./lanes.js";
import { shardOf } from "./shards.js";

/** The indexes of the entries of each mailbox. In this order the script sees them. */
export function groupByMailbox(entries: readonly AppendEntry[]): Map<string, number[]> {
  const groups = new Map<string, number[]>();
  for (const [index, { agentId }] of entries.entries()) {
    const group = groups.get(agentId);
    if (group === undefined) groups.set(agentId, [index]);
    else group.push(index);
  }
  return groups;
}

const GROUP_HEAD = 1 + 1 + 2 + 4;
const ENTRY_HEAD = 1 + 1 + 4;

/**
 * Writes a batch into one string. Per mailbox: shard (1 byte), length of the agent id (1) and the id, entries (2), bytes (4).
 * Per entry: lane (1), flags (1: delayed, 2: idempotency key), length of the payload (4), the payload, its digest (8), and, as the
 * flags say, the delay (a double), the length of sender and key (2) and both. Numbers are big-endian.
 */
export function encodeAppends(entries: readonly AppendEntry[]): Buffer {
  const groups = groupByMailbox(entries);
  let size = 0;
  for (const agentId of groups.keys()) size += GROUP_HEAD + agentId.length;
  for (const entry of entries) size += sizeOf(entry);
  const bytes = Buffer.allocUnsafe(size);
  let at = 0;
  for (const [agentId, group] of groups) {
    bytes[at] = shardOf(agentId);
    bytes[at + 1] = agentId.length;
    at += 2 + bytes.write(agentId, at + 2, "latin1");
    bytes.writeUInt16BE(group.length, at);
    const start = at + 6;
    let end = start;
    for (const index of group) end = writeEntry(bytes, end, entries[index] as AppendEntry);
    bytes.writeUInt32BE(end - start, at + 2);
    at = end;
  }
  return bytes;
}

function writeEntry(bytes: Buffer, start: number, entry: AppendEntry): number {
  const { payload, priority, delayMs, from, idempotencyKey } = entry;
  let at = start;
  bytes[at] = LANES[priority].charCodeAt(0);
  bytes[at + 1] = (delayMs > 0 ? 1 : 0) + (idempotencyKey === undefined ? 0 : 2);
  bytes.writeUInt32BE(payload.length, at + 2);
  at += ENTRY_HEAD;
  bytes.set(payload, at);
  at += payload.length;
  writeDigest(payload, bytes, at);
  at += DIGEST_BYTES;
  if (delayMs > 0) at = bytes.writeDoubleBE(Math.ceil(delayMs), at);
  if (idempotencyKey !== undefined) {
    at = bytes.writeUInt16BE(from.length + 1 + idempotencyKey.length, at);
    at += bytes.write(`${from}\n${idempotencyKey}`, at, "latin1");
  }
  return at;
}

function sizeOf({ payload, delayMs, from, idempotencyKey }: AppendEntry): number {
  const delay = delayMs > 0 ? 8 : 0;
  const key = idempotencyKey === undefined ? 0 : 2 + from.length + 1 + idempotencyKey.length;
  return ENTRY_HEAD + payload.length + DIGEST_BYTES + delay + key;
}
