import {
  AgentCommError,
  type DriverCall,
  type DriverRecords,
  type RecordChanges,
  type StoredRecord,
} from "@agentcomm/protocol";
import type { Attendance } from "./attendance.js";
import type { Bells } from "./bells.js";
import type { GatheredKind } from "./gathered.js";
import type { Keys } from "./keys.js";
import { GET_RECORDS, LIST_RECORDS, RECORD_CHANGES } from "./scripts/records.js";
import type { Script } from "./scripts/script.js";
import type { BatchKind } from "./sequenced-batches.js";
import type { ShardGroups } from "./shard-groups.js";
import { shardOf } from "./shards.js";
import { storeFailed } from "./store-errors.js";

/** A record to be read. */
export interface RecordName {
  readonly collection: string;
  readonly key: string;
}

/** A record to be written or deleted. */
export interface RecordWrite extends RecordName {
  readonly kind: "put" | "delete";
  readonly value: Uint8Array;
  readonly ifVersion: number | undefined;
  readonly ttlMs: number | undefined;
}

const NOTHING = new Uint8Array(0);
/** Records per call when there are many: their values may be large. */
const PAGE = 500;

/** Writes on their way. The result is the new version, or what was deleted (0: nothing). */
export function recordWrites(
  script: Script,
  options: { readonly waitsForRoom: boolean },
): BatchKind<RecordWrite, number> {
  return {
    script,
    ordered: true,
    // 10 µs of the server's each: 25 to 50 make a fifth more tasks per second than 250 do.
    maxItems: 40,
    waitsForRoom: options.waitsForRoom,
    bytesOf: ({ value }) => value.length + 64,
    encode: (writes) =>
      writes.flatMap(({ kind, collection, key, value, ifVersion, ttlMs }) => [
        String(shardOf(collection)),
        collection,
        kind,
        key,
        asBuffer(value),
        ifVersion === undefined ? "" : String(ifVersion),
        ttlMs === undefined ? "" : String(Math.ceil(ttlMs)),
      ]),
    decode: (answer, writes) =>
      answer.map((answered, index) => {
        if (typeof answered !== "number") return storeFailed("unknown", String(answered));
        const version = answered;
        return version < 0 ? conflict(writes[index] as RecordWrite, -1 - version) : version;
      }),
  };
}

/** Reads on their way. */
export function recordReads(keys: Keys): GatheredKind<RecordName, StoredRecord | undefined> {
  return {
    script: GET_RECORDS,
    repeatable: true,
    waitsForRoom: true,
    weightOf: () => 16,
    encode: (names) => [
      keys.namespace,
      ...names.flatMap(({ collection, key }) => [String(shardOf(collection)), collection, key]),
    ],
    decode: (answers, names) =>
      answers.map((answer, index) => {
        if (!Array.isArray(answer)) return storeFailed("none", String(answer));
        const [version, left, value] = answer as [number?, number?, Buffer?];
        if (version === undefined || left === undefined || value === undefined) return undefined;
        return recordOf((names[index] as RecordName).key, version, left, value);
      }),
  };
}

/** The records of a driver. */
export class RedisRecords implements DriverRecords {
  readonly #groups: ShardGroups;
  readonly #keys: Keys;
  readonly #attendance: Attendance;
  readonly #bells: Bells;

  constructor(groups: ShardGroups, keys: Keys, attendance: Attendance, bells: Bells) {
    this.#groups = groups;
    this.#keys = keys;
    this.#attendance = attendance;
    this.#bells = bells;
  }

  get(collection: string, key: string, call: DriverCall): Promise<StoredRecord | undefined> {
    return this.#groups.of(shardOf(collection)).reads.ask({ collection, key }, call.deadline);
  }

  async list(
    collection: string,
    options: { readonly prefix: string; readonly after: string; readonly limit: number },
    call: DriverCall,
  ): Promise<readonly StoredRecord[]> {
    const { prefix, after, limit } = options;
    const found: StoredRecord[] = [];
    let from = after < prefix ? `[${prefix}` : `(${after}`;
    if (after === "" && prefix === "") from = "-";
    // Names are ASCII: no key that starts with the prefix sorts after this.
    const to = prefix === "" ? "+" : `(${prefix}\x7f`;
    while (found.length < limit) {
      const page = Math.min(PAGE, limit - found.length);
      const { records, last } = await this.#page(collection, from, to, page, call);
      found.push(...records);
      if (last === "") break;
      from = `(${last}`;
    }
    return found;
  }

  async put(
    collection: string,
    key: string,
    value: Uint8Array,
    options: { readonly ifVersion?: number; readonly ttlMs?: number },
    call: DriverCall,
  ): Promise<number> {
    const { ifVersion, ttlMs } = options;
    const write: RecordWrite = { kind: "put", collection, key, value, ifVersion, ttlMs };
    const [result] = await this.#groups.of(shardOf(collection)).puts.submit([write], call.deadline);
    return orThrow(result);
  }

  async delete(
    collection: string,
    key: string,
    options: { readonly ifVersion?: number },
    call: DriverCall,
  ): Promise<boolean> {
    const { ifVersion } = options;
    const write: RecordWrite = { kind: "delete", collection, key, value: NOTHING, ifVersion, ttlMs: undefined };
    const [result] = await this.#groups.of(shardOf(collection)).deletes.submit([write], call.deadline);
    return orThrow(result) > 0;
  }

  async changes(collection: string, since: number, call: DriverCall): Promise<RecordChanges> {
    const changed = new Map<string, RecordChanges["changes"][number]>();
    let cursor = since;
    for (;;) {
      const args = [this.#keys.namespace, String(shardOf(collection)), collection, String(cursor), String(PAGE)];
      const answer = await this.#read(RECORD_CHANGES, collection, args, call);
      const [born, nextIn, reached, more, ...values] = answer as [Buffer, number, number, number, ...unknown[]];
      this.#bells.learn(shardOf(collection), String(born));
      const next = nextIn < 0 ? undefined : { nextExpiryInMs: nextIn };
      if (reached < 0) return { ...(await this.#everything(collection, call)), ...next };
      for (let at = 0; at < values.length; at += 5) {
        const [keyBytes, kindBytes, version, left, value] = values.slice(at, at + 5) as [
          Buffer,
          Buffer,
          number,
          number,
          Buffer,
        ];
        const key = String(keyBytes);
        const kind = String(kindBytes) as "put" | "delete" | "expire";
        // Again at the end: the newest state is the one that counts.
        changed.delete(key);
        changed.set(key, kind === "put" ? { kind, key, record: recordOf(key, version, left, value) } : { kind, key });
      }
      cursor = reached;
      if (more === 0) return { changes: [...changed.values()], reset: false, cursor, ...next };
    }
  }

  attend(collection: string): () => void {
    const leave = this.#attendance.attendCollection(collection);
    this.#bells.listen(shardOf(collection));
    return leave;
  }

  /** Every record, and the version from which to go on: the one from before the first page, so that nothing is missed. */
  async #everything(collection: string, call: DriverCall): Promise<Omit<RecordChanges, "nextExpiryInMs">> {
    const changes: RecordChanges["changes"][number][] = [];
    let cursor: number | undefined;
    for (let from = "-"; ; ) {
      const { version, records, last } = await this.#page(collection, from, "+", PAGE, call);
      cursor ??= version;
      for (const record of records) changes.push({ kind: "put", key: record.key, record });
      if (last === "") return { changes, reset: true, cursor };
      from = `(${last}`;
    }
  }

  async #page(collection: string, from: string, to: string, limit: number, call: DriverCall) {
    const args = [this.#keys.namespace, String(shardOf(collection)), collection, from, to, String(limit)];
    const [version, last, ...values] = await this.#read(LIST_RECORDS, collection, args, call);
    const records: StoredRecord[] = [];
    for (let at = 0; at < values.length; at += 4) {
      const [key, own, left, value] = values.slice(at, at + 4) as [Buffer, number, number, Buffer];
      records.push(recordOf(String(key), own, left, value));
    }
    return { version: Number(version), last: String(last), records };
  }

  async #read(script: Script, collection: string, args: readonly string[], call: DriverCall): Promise<unknown[]> {
    const { route } = this.#groups.of(shardOf(collection));
    const deadline = call.deadline;
    return (await route.run(script, () => args, { deadline, repeatable: true, waitsForRoom: true })) as unknown[];
  }
}

function recordOf(key: string, version: number, left: number, value: Uint8Array): StoredRecord {
  return left < 0 ? { key, version, value } : { key, version, value, expiresInMs: left };
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}

function orThrow(result: number | AgentCommError | undefined): number {
  if (typeof result === "number") return result;
  throw result;
}

function conflict({ collection, key, ifVersion }: RecordWrite, version: number): AgentCommError {
  return new AgentCommError(
    "VERSION_CONFLICT",
    `the record "${key}" of "${collection}" has version ${version}, not ${ifVersion}`,
    { outcome: "none", details: { collection, key, version, ifVersion } },
  );
}
