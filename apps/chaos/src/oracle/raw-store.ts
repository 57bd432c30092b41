import type { Redis } from "ioredis";
import { openClient } from "./open-client.js";

/** A message as it lies in the store. */
export interface StoredMessage {
  /** "" if the entry cannot be read. */
  readonly id: string;
  readonly agentId: string;
  readonly place: "queued" | "delayed" | "dead";
  /** Why it is dead. */
  readonly reason?: string;
}

/** What one look into the store found. */
export interface StoreContents {
  readonly messages: readonly StoredMessage[];
  /** Every key of the namespace. */
  readonly keys: readonly string[];
}

/** A server to look into. */
export interface StoreAddress {
  readonly host: string;
  readonly port: number;
  readonly username?: string;
  readonly password?: string;
  readonly ca?: string | undefined;
}

const PAGE = 5_000;

/**
 * Reads what a namespace holds with plain commands of Redis, by the layout that docs/PROTOCOL.md describes and none of the
 * library's code. `nodes`: every server that holds keys of its own.
 */
export async function readStore(nodes: readonly StoreAddress[], namespace: string): Promise<StoreContents> {
  const messages: StoredMessage[] = [];
  const keys: string[] = [];
  for (const node of nodes) {
    const client = openClient(node);
    try {
      for await (const page of client.scanStream({ match: `${namespace}:*`, count: 1_000 })) {
        for (const key of new Set(page as string[])) {
          keys.push(key);
          messages.push(...(await readKey(client, key)));
        }
      }
    } finally {
      client.disconnect();
    }
  }
  return { messages, keys };
}

async function readKey(client: Redis, key: string): Promise<StoredMessage[]> {
  const [, kind = "", agentId = ""] = /\}:([a-z]+):([^:]+)/.exec(key) ?? [];
  if (kind === "q") {
    return (await entriesOf(client, key)).map((fields) => {
      return { id: idIn(fields.get("message")), agentId, place: "queued" as const };
    });
  }
  if (kind === "dead") {
    return (await entriesOf(client, key)).map((fields) => {
      const id = idIn(unpackFields(fields.get("fields")).get("message"));
      return { id, agentId, place: "dead" as const, reason: String(fields.get("reason")) };
    });
  }
  if (kind === "later") {
    // Eight digits of the digest stand before the message.
    const values = await client.hvalsBuffer(key);
    return values.map((value) => ({ id: idIn(value.subarray(8)), agentId, place: "delayed" as const }));
  }
  return [];
}

/** All entries of a stream, oldest first: field by field. */
export async function entriesOf(client: Redis, key: string): Promise<Map<string, Buffer>[]> {
  const found: Map<string, Buffer>[] = [];
  let from = "-";
  for (;;) {
    const page = await client.xrangeBuffer(key, from, "+", "COUNT", PAGE);
    for (const [, fields] of page) found.push(pairs(fields));
    const last = page.at(-1);
    if (page.length < PAGE || last === undefined) return found;
    from = `(${String(last[0])}`;
  }
}

function pairs(fields: readonly Buffer[]): Map<string, Buffer> {
  const found = new Map<string, Buffer>();
  for (let index = 0; index < fields.length; index += 2) {
    found.set(String(fields[index]), fields[index + 1] as Buffer);
  }
  return found;
}

/** The fields of a dead letter: each name and value preceded by its length, four bytes, big-endian. */
function unpackFields(packed: Buffer | undefined): Map<string, Buffer> {
  const parts: Buffer[] = [];
  for (let at = 0; packed !== undefined && at < packed.length; ) {
    const length = packed.readUInt32BE(at);
    parts.push(packed.subarray(at + 4, at + 4 + length));
    at += 4 + length;
  }
  return pairs(parts);
}

function idIn(message: Buffer | undefined): string {
  try {
    const { message_id: id } = JSON.parse(String(message)) as { readonly message_id?: unknown };
    return typeof id === "string" ? id : "";
  } catch {
    // What cannot be read has no id: that is the answer, and the caller counts it.
    return "";
  }
}
