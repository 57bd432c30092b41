import { AgentCommError, type DriverCall, type StoredDeadLetter } from "@agentcomm/protocol";
import { quote } from "@agentcomm/protocol/internal";
import type { Keys } from "./keys.js";
import { LIST_DEAD, PURGE, REDRIVE } from "./scripts/dead-letters.js";
import type { ShardGroup, ShardGroups } from "./shard-groups.js";
import { shardOf } from "./shards.js";

const ID = /^(\d{1,20})-(\d{1,20})$/;
const LARGEST = 2n ** 64n - 1n;
/** Dead letters per call: they may be large. */
const PAGE = 250;

/** The dead letters of all mailboxes. */
export class DeadLetterBox {
  readonly #groups: ShardGroups;
  readonly #keys: Keys;

  constructor(groups: ShardGroups, keys: Keys) {
    this.#groups = groups;
    this.#keys = keys;
  }

  async list(
    agentId: string,
    options: { readonly after: string; readonly limit: number },
    { deadline }: DriverCall,
  ): Promise<readonly StoredDeadLetter[]> {
    const { after, limit } = options;
    if (after !== "" && !isId(after)) {
      throw new AgentCommError("INVALID_OPTIONS", `after is ${quote(after)}: give the id of a dead letter`, {
        outcome: "none",
        details: { option: "after" },
      });
    }
    const { route, shard } = this.#find(agentId);
    const letters: StoredDeadLetter[] = [];
    let from = after === "" ? "-" : after;
    while (letters.length < limit) {
      const page = Math.min(PAGE, limit - letters.length);
      const args = [this.#keys.namespace, shard, agentId, from, String(page)];
      const options = { deadline, repeatable: true, waitsForRoom: true };
      const found = (await route.run(LIST_DEAD, () => args, options)) as [Buffer, Buffer[]][];
      for (const [id, fields] of found) letters.push(readDeadLetter(String(id), fields));
      if (found.length < page) break;
      from = (letters.at(-1) as StoredDeadLetter).id;
    }
    return letters;
  }

  async redrive(agentId: string, ids: readonly string[] | undefined, { deadline }: DriverCall): Promise<number> {
    const { producer, shard } = this.#find(agentId);
    let count = 0;
    for (const part of ids === undefined ? [undefined] : pages(ids)) {
      let [goOn, stopAt] = ["-", "+"];
      while (goOn !== "") {
        const which = part === undefined ? ["all", goOn, stopAt, String(PAGE)] : ["some", ...part];
        const [moved, next, last] = await producer.run(REDRIVE, [shard, agentId, ...which], { deadline });
        count += Number(moved);
        [goOn, stopAt] = [String(next), String(last)];
      }
    }
    return count;
  }

  async purge(agentId: string, ids: readonly string[] | undefined, { deadline }: DriverCall): Promise<number> {
    const { producer, shard } = this.#find(agentId);
    let count = 0;
    for (const part of ids === undefined ? [[]] : pages(ids)) {
      const [removed] = await producer.run(PURGE, [shard, agentId, ...part], { deadline, waitsForRoom: true });
      count += Number(removed);
    }
    return count;
  }

  #find(agentId: string): ShardGroup & { readonly shard: string } {
    const shard = shardOf(agentId);
    return { ...this.#groups.of(shard), shard: String(shard) };
  }
}

/** Whether Redis takes it for an id of an entry: two numbers of 64 bits. */
function isId(text: string): boolean {
  const [, ...parts] = ID.exec(text) ?? [];
  return parts.length === 2 && parts.every((part) => BigInt(part) <= LARGEST);
}

/** Each id once, those that can exist at all. */
function pages(ids: readonly string[]): string[][] {
  const known = [...new Set(ids)].filter(isId);
  return Array.from({ length: Math.ceil(known.length / PAGE) }, (_, page) =>
    known.slice(page * PAGE, (page + 1) * PAGE),
  );
}

function readDeadLetter(id: string, fields: readonly Buffer[]): StoredDeadLetter {
  const kept = new Map<string, Buffer>();
  for (let at = 0; at < fields.length; at += 2) kept.set(String(fields[at]), fields[at + 1] as Buffer);
  const text = (name: string) => String(kept.get(name) ?? "");
  return {
    id,
    reason: text("reason") as StoredDeadLetter["reason"],
    detail: text("detail"),
    attempts: Number(text("attempts")),
    deadAt: Number(text("at")),
    raw: readFields(kept.get("fields") ?? Buffer.alloc(0)),
  };
}

/** The entry's own fields: each name and value preceded by its length. */
function readFields(packed: Buffer): Record<string, Uint8Array> {
  const values: Buffer[] = [];
  for (let at = 0; at < packed.length; ) {
    const end = at + 4 + packed.readUInt32BE(at);
    values.push(packed.subarray(at + 4, end));
    at = end;
  }
  const raw: Record<string, Uint8Array> = {};
  const names = namesOf(values);
  for (const [index, name] of names.entries()) {
    // Whatever a field is called: not as a setter of the object.
    Object.defineProperty(raw, name, { value: values[2 * index + 1], enumerable: true, configurable: true });
  }
  return raw;
}

/**
 * A stream's entry may have several fields of one name, or of names that are no text and look the same. The last is the one that
 * counts, as for a receiver; those before it are called `name#2`, `name#3`, counted backwards, so that no value is lost.
 */
function namesOf(values: readonly Buffer[]): string[] {
  const taken = new Set<string>();
  const counts = new Map<string, number>();
  const names: string[] = [];
  for (let at = values.length - 2; at >= 0; at -= 2) {
    const name = String(values[at]);
    let unique = name;
    let count = counts.get(name) ?? 1;
    for (; taken.has(unique); unique = `${name}#${count}`) count += 1;
    counts.set(name, count);
    taken.add(unique);
    names.push(unique);
  }
  return names.reverse();
}
