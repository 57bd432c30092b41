import { describe, expect, it } from "vitest";
import { AgentCommError, type RecordChanges } from "../src/index.js";
import { rejection } from "./failure.js";
import { never } from "./scripted-driver.js";
import { pending, scriptedTransport } from "./scripted-transport.js";
import { settlePromises } from "./virtual-clock.js";

const put = (key: string, version: number, value: unknown = version) => ({
  kind: "put" as const,
  key,
  record: { key, version, value: Buffer.from(JSON.stringify(value)) },
});

/** A transport whose collection gives one answer after another, and the last one for ever. */
function scene(...answers: (() => Promise<Partial<RecordChanges>>)[]) {
  const seen = { asked: [] as number[], attending: 0, attended: 0 };
  const scripted = scriptedTransport({
    records: {
      ...scriptedTransport().driver.records,
      attend: () => {
        seen.attending += 1;
        seen.attended += 1;
        return () => {
          seen.attending -= 1;
        };
      },
      changes: async (_collection, since) => {
        seen.asked.push(since);
        const answer = answers.length > 1 ? answers.shift() : answers[0];
        return { changes: [], reset: false, cursor: since, ...(await answer?.()) };
      },
    },
  });
  return { ...scripted, seen };
}

describe("a watch", () => {
  it("whose call ended during the opening attends to nothing and tells nothing afterwards", async () => {
    const opening = pending();
    const { transport, clock, driver, seen } = scene(async () => ({ changes: [put("a", 1)] }));
    driver.open = () => opening.promise;
    const told: unknown[] = [];
    const watched = rejection(transport.records.watch("c", (event) => told.push(event), { timeoutMs: 100 }));
    await clock.advance(200);
    expect(await watched).toMatchObject({ code: "TIMEOUT", outcome: "none" });
    opening.resolve();
    await settlePromises();
    expect(seen).toMatchObject({ attending: 0, attended: 0 });
    expect(told).toEqual([]);
  });

  it("whose call ended before the state came tells nothing when it comes, and leaves no timer", async () => {
    const answer = pending<Partial<RecordChanges>>();
    const { transport, clock, seen } = scene(() => answer.promise);
    const told: unknown[] = [];
    const watched = rejection(transport.records.watch("c", (event) => told.push(event), { timeoutMs: 100 }));
    await clock.advance(200);
    await watched;
    answer.resolve({ changes: [put("a", 1)], nextExpiryInMs: 60_000 });
    await settlePromises();
    expect(told).toEqual([]);
    expect(seen).toMatchObject({ attending: 0, attended: 1 });
    expect(clock.timers).toBe(0);
  });

  it("that its own listener ends tells nothing more, and leaves no timer", async () => {
    const all = { changes: [put("a", 1), put("b", 2), put("c", 3)], nextExpiryInMs: 60_000 };
    const { transport, clock, ring } = scene(
      async () => ({}),
      async () => ({}),
      async () => all,
    );
    const told: string[] = [];
    const end = await transport.records.watch("c", ({ key }) => {
      told.push(key);
      void end();
    });
    await settlePromises();
    ring({ collection: "c" });
    await settlePromises();
    expect(told).toEqual(["a"]);
    expect(clock.timers).toBe(0);
  });

  it("is refused with CLOSED if the transport closes before the state came, and tells nothing", async () => {
    const answer = pending<Partial<RecordChanges>>();
    const { transport } = scene(() => answer.promise);
    const told: unknown[] = [];
    const watched = rejection(transport.records.watch("c", (event) => told.push(event)));
    await settlePromises();
    const closed = transport.close();
    await settlePromises();
    answer.resolve({ changes: [put("a", 1)] });
    expect(await watched).toMatchObject({ code: "CLOSED" });
    await closed;
    expect(told).toEqual([]);
  });

  it("survives a listener that throws, at once or later, and reports it", async () => {
    const { transport, errors } = scene(async () => ({ changes: [put("a", 1), put("b", 2)] }));
    const told: string[] = [];
    const listeners = {
      atOnce: ({ key }: { key: string }) => {
        told.push(key);
        throw null;
      },
      later: async ({ key }: { key: string }) => {
        told.push(key);
        throw new Error("later");
      },
    };
    await transport.records.watch("c", listeners.atOnce);
    await transport.records.watch("c", listeners.later);
    await settlePromises();
    expect(told).toEqual(["a", "b", "a", "b"]);
    expect(errors.map(({ code }) => code)).toEqual(Array(4).fill("HANDLER_FAILED"));
  });

  it("goes on by itself when looking fails, and is heard again by the next ring", async () => {
    const { transport, clock, ring, errors } = scene(
      async () => ({}),
      async () => ({}),
      () => Promise.reject(new AgentCommError("CONNECTION_LOST", "gone")),
      async () => ({ changes: [put("a", 1)] }),
    );
    const told: string[] = [];
    await transport.records.watch("c", ({ key }) => told.push(key));
    await settlePromises();
    ring({ collection: "c" });
    await settlePromises();
    expect(errors).toMatchObject([{ code: "CONNECTION_LOST" }]);
    expect(told).toEqual([]);
    await clock.advance(1_000);
    expect(told).toEqual(["a"]);
  });

  it("looks once more if it was rung while it looked", async () => {
    const answer = pending<Partial<RecordChanges>>();
    const { transport, ring, seen } = scene(
      async () => ({ cursor: 1 }),
      () => answer.promise,
      async () => ({ cursor: 3 }),
    );
    await transport.records.watch("c", () => {});
    await settlePromises();
    ring({ collection: "c" });
    ring({ collection: "c" });
    answer.resolve({ cursor: 2 });
    await settlePromises();
    expect(seen.asked).toEqual([0, 1, 2]);
  });

  it("ends by timeoutMs though the driver does not answer", async () => {
    const { transport, clock } = scene(async () => ({}), never);
    const end = await transport.records.watch("c", () => {});
    await settlePromises();
    const ended = end();
    await clock.advance(5_100);
    await ended;
    expect(clock.timers).toBe(0);
  });
});

describe("a record that cannot be read", () => {
  it("is refused with its key", async () => {
    const { transport } = scriptedTransport({
      records: {
        ...scriptedTransport().driver.records,
        list: async () => [{ key: "broken", version: 1, value: Buffer.from("{") }],
      },
    });
    const error = await rejection(transport.records.list("jobs"));
    expect(error.code).toBe("INVALID_MESSAGE");
    expect(error.message).toContain("broken");
  });
});
