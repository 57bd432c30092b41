import type { Redis } from "ioredis";
import type { Note } from "../measure/note.js";
import { fieldOf } from "./open-redis.js";

type Answer =
  | readonly (readonly [stream: string, entries: readonly (readonly [id: string, fields: string[]])[]])[]
  | null;

/** Reads, parses, acks and deletes all that a stream's group "workers" has not read, 500 entries at a time. */
export async function readAll(
  client: Redis,
  key: string,
  each: (note: Note) => void,
  parse: (text: string) => unknown = JSON.parse,
): Promise<void> {
  for (;;) {
    const answer = (await client.xreadgroup("GROUP", "workers", "one", "COUNT", 500, "STREAMS", key, ">")) as Answer;
    const [, entries = []] = answer?.[0] ?? [];
    if (entries.length === 0) return;
    for (const [, fields] of entries) each((parse(fieldOf(fields, "message")) as { content: Note }).content);
    const ids = entries.map(([id]) => id);
    await Promise.all([client.xack(key, "workers", ...ids), client.xdel(key, ...ids)]);
  }
}
