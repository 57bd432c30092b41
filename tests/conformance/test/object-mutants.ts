import { alter } from "./alter.js";
import type { Mutant } from "./mutant.js";

export const objectMutants: readonly Mutant[] = [
  {
    name: "hands the sender's own object to the receiver",
    create() {
      const sent = new Map<string, object>();
      return {
        transport: (transport) =>
          alter(transport, {
            async send(message, options) {
              const content = message?.content;
              const receipt = await transport.send(message, options);
              sent.set(receipt.id, content);
              return receipt;
            },
            async receive(agentId, options) {
              const deliveries = await transport.receive(agentId, options);
              return deliveries.map((delivery) => {
                const content = sent.get(delivery.message.id);
                if (content === undefined) return delivery;
                return alter(delivery, { message: { ...delivery.message, content: content as never } });
              });
            },
          }),
      };
    },
    caughtBy: [
      "what a receiver does to a message changes it for nobody else",
      "what a sender does to its message after sending changes nothing",
    ],
  },
  {
    name: "knows no limit to nesting",
    create: () => ({ options: (options) => ({ ...options, maxDepth: 1_000 }) }),
    caughtBy: [
      "a message of 32 levels is carried, one of 33 is refused, and nothing of it is stored",
      "a stored message that is nested too deep goes to the dead letters",
      "a value nested too deep is no record",
    ],
  },
  {
    name: "forgets the time to live of a record",
    create: () => ({
      driver: (driver) =>
        alter(driver, {
          records: alter(driver.records, {
            put: (collection, key, value, { ttlMs: _, ...options }, call) =>
              driver.records.put(collection, key, value, options, call),
          }),
        }),
    }),
    caughtBy: [
      "a record is gone after its time to live, and not before",
      "a record with a time to live says when it expires",
      "a watcher is told that a record expired, whoever put it and whenever",
      "an expired record does not exist for ifVersion, and its version never repeats",
    ],
  },
  {
    name: "tells no watcher of deletions",
    create: () => ({
      driver: (driver) =>
        alter(driver, {
          records: alter(driver.records, {
            async changes(collection, since, call) {
              const found = await driver.records.changes(collection, since, call);
              return { ...found, changes: found.changes.filter((change) => change.kind !== "delete") };
            },
          }),
        }),
    }),
    caughtBy: [
      "a watcher is told what other processes change, and that they delete",
      "a watcher reaches the newest state of every key, its versions never going back",
      "a watcher with a prefix is told of no other keys",
      "what a watcher could not be told during an outage is made good after it",
    ],
  },
  {
    name: "counts a record's versions from 1 again once it was deleted",
    create() {
      const own = new Map<number, number>();
      const stored = new Map<string, number>();
      const last = new Map<string, number>();
      return {
        driver(driver, namespace) {
          const { records } = driver;
          const nameOf = (collection: string, key: string, version: number | string = ""): string =>
            `${namespace} ${collection} ${key} ${version}`;
          const translate = <T extends { readonly version: number }>(record: T): T => ({
            ...record,
            version: own.get(record.version) ?? record.version,
          });
          const known = (collection: string, key: string, ifVersion: number | undefined) => {
            if (ifVersion === undefined) return {};
            return { ifVersion: stored.get(nameOf(collection, key, ifVersion)) ?? ifVersion };
          };
          return alter(driver, {
            records: alter(records, {
              async get(collection, key, call) {
                const record = await records.get(collection, key, call);
                return record && translate(record);
              },
              list: async (collection, options, call) => (await records.list(collection, options, call)).map(translate),
              async put(collection, key, value, { ifVersion, ...options }, call) {
                const chosen = { ...options, ...known(collection, key, ifVersion) };
                const version = await records.put(collection, key, value, chosen, call);
                const name = nameOf(collection, key);
                const counted = (last.get(name) ?? 0) + 1;
                last.set(name, counted);
                own.set(version, counted);
                stored.set(nameOf(collection, key, counted), version);
                return counted;
              },
              async delete(collection, key, { ifVersion }, call) {
                const deleted = await records.delete(collection, key, known(collection, key, ifVersion), call);
                if (deleted) last.delete(nameOf(collection, key));
                return deleted;
              },
              async changes(collection, since, call) {
                const found = await records.changes(collection, since, call);
                const changes = found.changes.map((change) =>
                  change.kind === "put" ? { ...change, record: translate(change.record) } : change,
                );
                return { ...found, changes };
              },
            }),
          });
        },
      };
    },
    caughtBy: ["a version grows with every change, and never repeats for a key, also after it was deleted"],
  },
];
