import type { Redis } from "ioredis";
import { openClient } from "../oracle/open-client.js";
import { entriesOf, type StoreAddress } from "../oracle/raw-store.js";
import type { Scene } from "../scene/scene.js";

type Field = readonly [name: Buffer, value: Buffer];

/**
 * What a stranger left in a mailbox that nobody can read: stored by a plain XADD, past the library. Their fields, packed as a dead
 * letter keeps them.
 */
export async function addUnreadable(
  scene: Scene,
  server: StoreAddress,
  mailbox: string,
  count: number,
): Promise<readonly string[]> {
  const client = openClient(server);
  try {
    const [queue] = await keysLike(client, `${scene.namespace}:*:q:${mailbox}:*`);
    if (queue === undefined) throw new Error(`nothing was sent to ${mailbox} yet`);
    const packed: string[] = [];
    for (let index = 0; index < count; index++) {
      const fields = unreadable(scene, index);
      await client.xadd(queue, "*", ...fields.flat());
      packed.push(pack(fields));
    }
    return packed;
  } finally {
    client.disconnect();
  }
}

/** The packed fields of all dead letters that are there because they cannot be read. */
export async function readUnreadable(scene: Scene, server: StoreAddress, mailbox: string): Promise<readonly string[]> {
  const client = openClient(server);
  try {
    const found: string[] = [];
    for (const key of await keysLike(client, `${scene.namespace}:*:dead:${mailbox}`)) {
      for (const fields of await entriesOf(client, key)) {
        if (String(fields.get("reason")) === "unreadable") found.push(fields.get("fields")?.toString("hex") ?? "");
      }
    }
    return found;
  } finally {
    client.disconnect();
  }
}

/** None of these is a message. */
function unreadable(scene: Scene, index: number): readonly Field[] {
  const bytes = Buffer.from(Array.from({ length: scene.between(1, 200) }, () => scene.between(0, 255)));
  const kinds: readonly (readonly Field[])[] = [
    [field("message", bytes)],
    [field("message", "")],
    [field("message", '{"message_id":"1.1","from_agent":"a","to_'), field("digest", "00000000")],
    [field("message", Buffer.concat([Buffer.from('{"message_id":"'), Buffer.from([0xff, 0xfe]), bytes]))],
    [field("message", '{"message_id":7}'), field("digest", "12345678")],
    [field("note", "no message at all"), [bytes, bytes]],
  ];
  return kinds[index % kinds.length] as readonly Field[];
}

function field(name: string, value: string | Buffer): Field {
  return [Buffer.from(name), Buffer.from(value)];
}

/** Each name and value preceded by its length: docs/PROTOCOL.md. */
function pack(fields: readonly Field[]): string {
  const parts = fields.flat().flatMap((part) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(part.length);
    return [length, part];
  });
  return Buffer.concat(parts).toString("hex");
}

async function keysLike(client: Redis, match: string): Promise<string[]> {
  const found = new Set<string>();
  for await (const page of client.scanStream({ match, count: 1_000 }))
    for (const key of page as string[]) found.add(key);
  return [...found].sort();
}
