import { describe, expect, it } from "vitest";
import type { TakenEntry } from "../src/index.js";
import { PAYLOAD, pending, scriptedTransport } from "./scripted-transport.js";
import { settlePromises } from "./virtual-clock.js";

/** An entry whose earlier attempts ended without a word, except for those that gave a reason. */
const entry = (token: string, attempt: number, reasons: readonly string[] = []): TakenEntry => {
  return { token, payload: PAYLOAD, attempt, reasons };
};

/** A subscription to these entries whose handlers end when the test says so. */
function subscribed(entries: TakenEntry[], concurrency = 5) {
  const scripted = scriptedTransport(
    { take: async (_agentId, { limit }) => ({ entries: entries.splice(0, limit) }) },
    { maxDeliveries: 4 },
  );
  const running = new Map<string, ReturnType<typeof pending<void>>>();
  const subscription = scripted.transport.subscribe(
    "b",
    async ({ token }) => {
      const end = pending<void>();
      running.set(token, end);
      await end.promise;
      running.delete(token);
    },
    { concurrency, leaseMs: 9_000 },
  );
  return { ...scripted, subscription, running };
}

const UNCOUNTED = { kind: "retry", delayMs: 0, uncounted: true };

describe("a message whose attempts ended without a word", () => {
  it("is started when nothing else runs, and alone; others like it are handed back, at no attempt's cost", async () => {
    const entries = [entry("innocent", 1), entry("once", 2), entry("twice", 3), entry("twice too", 4)];
    const { subscription, running, seen, clock } = subscribed(entries);
    await settlePromises();
    expect([...running.keys()]).toEqual(["innocent", "once"]);
    expect(seen.settled).toEqual([{ token: "twice too", action: UNCOUNTED }]);
    running.get("innocent")?.resolve();
    await settlePromises();
    expect([...running.keys()]).toEqual(["once"]);
    running.get("once")?.resolve();
    await settlePromises();
    expect([...running.keys()]).toEqual(["twice"]);
    entries.push(entry("next", 1));
    await clock.advance(200);
    expect([...running.keys()]).toEqual(["twice"]);
    running.get("twice")?.resolve();
    await settlePromises();
    expect([...running.keys()]).toEqual(["next"]);
    running.get("next")?.resolve();
    await subscription.stop();
    expect(clock.timers).toBe(0);
  });

  it("waits a quarter of a second at most for others to end, and has as long for itself: long work holds nothing up", async () => {
    const entries = [entry("long", 1), entry("suspect", 3)];
    const { subscription, running, clock } = subscribed(entries);
    await clock.advance(249);
    expect([...running.keys()]).toEqual(["long"]);
    entries.push(entry("next", 1));
    await clock.advance(2);
    expect([...running.keys()]).toEqual(["long", "suspect"]);
    await clock.advance(250);
    expect([...running.keys()]).toEqual(["long", "suspect", "next"]);
    for (const { resolve } of running.values()) resolve();
    await subscription.stop();
    expect(clock.timers).toBe(0);
  });

  it("is no suspect before its last two attempts: who dies by chance is soon handled again", async () => {
    const entries = [entry("a", 3), entry("b", 8)];
    const { transport } = scriptedTransport(
      { take: async () => ({ entries: entries.splice(0) }) },
      { maxDeliveries: 10 },
    );
    const running: string[] = [];
    const end = pending();
    const handler = async ({ token }: { readonly token: string }): Promise<void> => {
      running.push(token);
      await end.promise;
    };
    const subscription = transport.subscribe("b", handler, { concurrency: 2 });
    await settlePromises();
    expect(running).toEqual(["a", "b"]);
    end.resolve();
    await subscription.stop();
  });

  it("is no suspect if its attempts gave reasons", async () => {
    const { subscription, running } = subscribed([entry("a", 4, ["no", "no"]), entry("b", 3, ["no"])]);
    await settlePromises();
    expect([...running.keys()]).toEqual(["a", "b"]);
    for (const { resolve } of running.values()) resolve();
    await subscription.stop();
  });

  it("is handed back, at no attempt's cost, if the subscription stops while it waits", async () => {
    const { subscription, running, seen, clock } = subscribed([entry("other", 1), entry("suspect", 3)]);
    await settlePromises();
    const stopping = subscription.stop();
    await settlePromises();
    running.get("other")?.resolve();
    await stopping;
    expect(seen.settled).toEqual([
      { token: "suspect", action: UNCOUNTED },
      { token: "other", action: { kind: "ack" } },
    ]);
    expect(clock.timers).toBe(0);
  });
});
