import { type Driver, type DriverCall, decodeMessage, PRIORITIES, type TakenEntry } from "@agentcomm/protocol";
import { alter } from "./alter.js";
import type { Mutant } from "./mutant.js";

const LONG_MS = 60_000;

/** Makes entries vanish without a trace. */
async function lose(driver: Driver, entries: readonly TakenEntry[], call: DriverCall): Promise<void> {
  await driver.settle(
    entries.map(({ token }) => ({ token, action: { kind: "ack" } })),
    call,
  );
}

export const mailboxMutants: readonly Mutant[] = [
  {
    name: "trims a mailbox to its newest hundred",
    create: () => ({
      driver: (driver) =>
        alter(driver, {
          async append(batch, call) {
            const results = await driver.append(batch, call);
            const stats = new Map((await driver.stats(call)).map((mailbox) => [mailbox.agentId, mailbox.ready]));
            for (const agentId of new Set(batch.map((entry) => entry.agentId))) {
              const limit = (stats.get(agentId) ?? 0) - 100;
              if (limit <= 0) continue;
              await lose(driver, (await driver.take(agentId, { limit, leaseMs: LONG_MS }, call)).entries, call);
            }
            return results;
          },
        }),
    }),
    caughtBy: ["no backlog is trimmed"],
  },
  {
    name: "skips what was sent before the first receive",
    create() {
      const begun = new Set<string>();
      return {
        driver: (driver, namespace) =>
          alter(driver, {
            async take(agentId, options, call) {
              if (!begun.has(`${namespace} ${agentId}`)) {
                begun.add(`${namespace} ${agentId}`);
                const earlier = await driver.take(agentId, { limit: 10_000, leaseMs: LONG_MS }, call);
                await lose(driver, earlier.entries, call);
              }
              return driver.take(agentId, options, call);
            },
          }),
      };
    },
    caughtBy: ["a message that was sent before its receiver ever ran is received"],
  },
  {
    name: "says that nothing is left, whatever there is",
    create: () => ({
      driver: (driver) =>
        alter(driver, {
          async take(agentId, options, call) {
            return { ...(await driver.take(agentId, options, call)), drained: true };
          },
        }),
    }),
    caughtBy: [
      "no more handlers run at once than concurrency, and no message is taken without a place for it",
      "subscriptions in two processes share the work, and no message is handled twice",
      "whatever is stored is handled or kept, and the next good message is handled",
      "with several senders and receivers every message is handled, and then gone",
    ],
  },
  {
    name: "drops what does not decode",
    create: () => ({
      driver: (driver) =>
        alter(driver, {
          async take(agentId, options, call) {
            const taken = await driver.take(agentId, options, call);
            const entries: TakenEntry[] = [];
            for (const entry of taken.entries) {
              try {
                decodeMessage(entry.payload ?? "", { maxMessageBytes: 15_000 });
                entries.push(entry);
              } catch {
                await lose(driver, [entry], call);
              }
            }
            return { ...taken, entries };
          },
        }),
    }),
    caughtBy: [
      "a stored message that is nested too deep goes to the dead letters",
      "a stored message that is too large goes to the dead letters whole",
      "an entry without a message goes to the dead letters with the fields it has",
      "an unreadable dead letter is put back only when it is named, and is kept again",
      "bytes that are no text go to the dead letters, byte for byte, with the fields beside them",
      "whatever is stored is handled or kept, and the next good message is handled",
    ],
  },
  {
    name: "takes the limit for each priority by itself",
    create() {
      // What was only looked at has been counted as an attempt; that is not the mistake to be shown here.
      // The driver under it hands out the same bytes with each delivery of an entry.
      const looks = new Map<Uint8Array | undefined, number>();
      return {
        driver: (driver) =>
          alter(driver, {
            async take(agentId, { limit, leaseMs }, call) {
              const all = await driver.take(agentId, { limit: 10_000, leaseMs }, call);
              const counts = new Map<string, number>();
              const kept: TakenEntry[] = [];
              const back: TakenEntry[] = [];
              for (const entry of all.entries) {
                const lane = laneOf(entry);
                const count = (counts.get(lane) ?? 0) + 1;
                counts.set(lane, count);
                (count <= limit ? kept : back).push(entry);
              }
              for (const { payload } of back) looks.set(payload, (looks.get(payload) ?? 0) + 1);
              await driver.settle(
                back.map(({ token }) => ({ token, action: { kind: "retry", delayMs: 0 } })),
                call,
              );
              const entries = kept.map((entry) => ({
                ...entry,
                attempt: entry.attempt - (looks.get(entry.payload) ?? 0),
              }));
              return { ...all, entries };
            },
          }),
      };
    },
    caughtBy: ["the limit is exact across priorities, and no more is leased than is handed out"],
  },
  {
    name: "drops the oldest message to make room",
    create: () => ({
      driver: (driver) =>
        alter(driver, {
          async append(batch, call) {
            const results = [...(await driver.append(batch, call))];
            for (const [index, result] of results.entries()) {
              const entry = batch[index];
              if (typeof result === "string" || entry === undefined) continue;
              const oldest = await driver.take(entry.agentId, { limit: 1, leaseMs: LONG_MS }, call);
              await lose(driver, oldest.entries, call);
              results[index] = (await driver.append([entry], call))[0] ?? result;
            }
            return results;
          },
        }),
    }),
    caughtBy: [
      "a full mailbox refuses, says that it may be tried again, and keeps all that it has",
      "a receipt says who refused; repeated with its idempotencyKey a fan-out is completed, and reaches nobody twice",
      "concurrent senders do not overfill a mailbox",
      "opening a mailbox again changes its capacity only if it says so, and loses nothing",
      "ready, delayed, in flight and dead messages all count",
    ],
  },
  {
    name: "sends again after a lost reply, and does not notice that it had been stored",
    create: () => ({
      line: (driver) =>
        alter(driver, {
          append: (batch, call) => driver.append(batch, call).catch(() => driver.append(batch, call)),
        }),
    }),
    caughtBy: [
      "a send whose reply got lost is stored once, when the line comes back in time",
      'a send that ended without its reply says "unknown", and is stored once at most',
    ],
  },
  {
    name: "takes no notice of idempotency keys",
    create: () => ({
      driver: (driver) =>
        alter(driver, {
          append: (batch, call) =>
            driver.append(
              batch.map(({ idempotencyKey: _, ...entry }) => entry),
              call,
            ),
        }),
    }),
    caughtBy: [
      "a receipt says who refused; repeated with its idempotencyKey a fan-out is completed, and reaches nobody twice",
      "a repeat stores nothing even after the message was handled",
      "a repeat with the same idempotencyKey stores nothing, from whatever process, and says so",
      "of concurrent repeats one is stored",
    ],
  },
  {
    name: "leaves an empty mailbox behind when it is deleted",
    create: () => ({
      driver: (driver) =>
        alter(driver, {
          async deleteMailbox(agentId, options, call) {
            await driver.deleteMailbox(agentId, options, call);
            await driver.openMailbox(agentId, {}, call);
          },
        }),
    }),
    caughtBy: [
      "a deleted mailbox is no member of anything",
      "a mailbox that still holds something is not deleted, unless it is to be discarded",
      "after drain and deleteMailbox nothing of the agent is left, whatever happened in between",
      "deleting a mailbox that is not there does nothing, and leaves nothing",
    ],
  },
  {
    name: "claims that its fan-out is atomic",
    create: () => ({
      driver: (driver) => alter(driver, { capabilities: { ...driver.capabilities, atomicFanOut: true } }),
    }),
    caughtBy: ["a fan-out that one member refuses reaches none"],
  },
  {
    name: "lets broadcasts and topics out of their namespace",
    create() {
      const byNamespace = new Map<string, Driver>();
      return {
        driver(driver, namespace) {
          byNamespace.set(namespace, driver);
          return alter(driver, {
            async members(topic, options, call) {
              const next = await byNamespace.get(`${namespace}.neighbour`)?.members(topic, options, call);
              return [...new Set([...(await driver.members(topic, options, call)), ...(next ?? [])])];
            },
          });
        },
      };
    },
    caughtBy: ["broadcasts and topics stay within their namespace"],
  },
  {
    name: "rings late",
    create: () => ({
      driver: (driver) =>
        alter(driver, {
          onRing: (listener) => driver.onRing((ring) => void setTimeout(() => listener(ring), 200)),
        }),
    }),
    caughtBy: [
      "a subscription has a message within wakeMs of its sending",
      "a waiting receiver has a message within wakeMs of its sending",
    ],
  },
];

function laneOf({ payload = new Uint8Array() }: TakenEntry): string {
  const text = Buffer.from(payload).toString();
  return PRIORITIES.find((priority) => text.includes(`"priority":"${priority}"`)) ?? "medium";
}
