import type { Calls } from "./calls.js";
import { checkNumber } from "./check-number.js";
import { checkFunction, checkText, readOptions } from "./check-options.js";
import type { Clock } from "./clock.js";
import { decodeRecord } from "./decode-record.js";
import type { Driver, StoredRecord } from "./driver.js";
import { AgentCommError } from "./errors.js";
import { checkRecordKey } from "./ids.js";
import type { JsonValue } from "./json.js";
import { encodeJson } from "./json-value.js";
import type { Limits } from "./limits.js";
import { type RecordWatches, watchRecords } from "./record-watch.js";
import type { ListRecordsOptions, RecordEvent, RecordStore, VersionedRecord } from "./records.js";
import { LONGEST_MS } from "./resolve-transport-options.js";
import type { CallOptions } from "./transport.js";
import type { ReportTrouble } from "./trouble.js";

/** What the records need. */
export interface RecordContext {
  readonly name: string;
  readonly driver: Driver;
  readonly calls: Calls;
  readonly clock: Clock;
  readonly random: () => number;
  readonly limits: Limits;
  readonly report: ReportTrouble;
  readonly watches: RecordWatches;
  readonly timeoutMs: number;
}

/** The records of a transport: keys checked, values encoded and bounded, over the driver's. */
export function createRecordStore(context: RecordContext): RecordStore {
  const { calls, driver, clock, limits } = context;
  const { records, capabilities } = driver;
  const decode = <Value>(stored: StoredRecord): VersionedRecord<Value> => decodeRecord(stored, clock, limits);

  return {
    async get<Value>(collection: string, key: string, options?: CallOptions) {
      check(collection, key);
      const stored = await calls.read("records.get", readOptions(options), (call) =>
        records.get(collection, key, call),
      );
      return stored === undefined ? undefined : decode<Value>(stored);
    },

    async list<Value = JsonValue>(collection: string, given?: ListRecordsOptions) {
      checkRecordKey(collection, "collection");
      const options = readOptions(given);
      const { prefix = "", after = "" } = options;
      checkText("prefix", prefix);
      checkText("after", after);
      const limit = checkNumber("limit", options.limit ?? 1_000, { min: 1, max: 10_000, integer: true });
      const found = await calls.read("records.list", options, (call) =>
        records.list(collection, { prefix, after, limit }, call),
      );
      return found.map((stored) => decode<Value>(stored));
    },

    async put(collection, key, value, given) {
      check(collection, key);
      const options = readOptions(given);
      const { ifVersion, ttlMs } = options;
      checkVersion(ifVersion);
      if (ttlMs !== undefined) {
        checkNumber("ttlMs", ttlMs, { min: 1, max: 12 * LONGEST_MS });
        if (!capabilities.recordTtl) throw notSupported(context.name, "ttlMs");
      }
      const bytes = encodeJson(value, limits);
      return await calls.run("records.put", options, (call) =>
        records.put(
          collection,
          key,
          bytes,
          { ...(ifVersion === undefined ? {} : { ifVersion }), ...(ttlMs === undefined ? {} : { ttlMs }) },
          call,
        ),
      );
    },

    async delete(collection, key, given) {
      check(collection, key);
      const options = readOptions(given);
      const { ifVersion } = options;
      checkVersion(ifVersion);
      return await calls.run("records.delete", options, (call) =>
        records.delete(collection, key, ifVersion === undefined ? {} : { ifVersion }, call),
      );
    },

    async watch<Value = JsonValue>(
      collection: string,
      listener: (event: RecordEvent<Value>) => void,
      given?: CallOptions & { readonly prefix?: string },
    ) {
      calls.enter("records.watch");
      checkRecordKey(collection, "collection");
      checkFunction("listener", listener);
      const options = readOptions(given);
      checkText("prefix", options.prefix === undefined ? "" : options.prefix);
      return await watchRecords(context, collection, listener, options);
    },
  };
}

function check(collection: string, key: string): void {
  checkRecordKey(collection, "collection");
  checkRecordKey(key, "key");
}

function checkVersion(ifVersion: number | undefined): void {
  if (ifVersion !== undefined) {
    checkNumber("ifVersion", ifVersion, { min: 0, max: Number.MAX_SAFE_INTEGER, integer: true });
  }
}

function notSupported(transport: string, what: string): AgentCommError {
  return new AgentCommError("NOT_SUPPORTED", `the ${transport} transport has no ${what}`, { outcome: "none" });
}
