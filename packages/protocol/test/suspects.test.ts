import { describe, expect, it } from "vitest";
import { AgentCommError, subscribeDiagnostics, type TakenEntry } from "../src/index.js";
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

  it("is no suspect if its attempts gave reasons, or were handed back without one", async () => {
    const handedBack = { ...entry("c", 4), noted: 2 };
    const { subscription, running } = subscribed([entry("a", 4, ["no", "no"]), entry("b", 3, ["no"]), handedBack]);
    await settlePromises();
    expect([...running.keys()]).toEqual(["a", "b", "c"]);
    for (const { resolve } of running.values()) resolve();
    await subscription.stop();
  });

  it("is offered again in its turn: what is behind it is not held up by all of them", async () => {
    const entries = ["a", "b", "c", "d", "e", "f", "g"].map((token) => entry(token, 3));
    const { subscription, running, seen, clock } = subscribed(entries, 4);
    await clock.advance(249);
    expect(seen.settled).toEqual(["b", "c", "d"].map((token) => ({ token, action: UNCOUNTED })));
    await clock.advance(2);
    // By now it is known how long each holds up the others.
    expect(seen.settled.slice(3)).toEqual([
      { token: "f", action: { ...UNCOUNTED, delayMs: 250 } },
      { token: "g", action: { ...UNCOUNTED, delayMs: 500 } },
    ]);
    for (const { resolve } of running.values()) resolve();
    await subscription.stop();
  });

  it("is told as received only when it is given to a handler", async () => {
    const received: string[] = [];
    const unsubscribe = subscribeDiagnostics("message.received", ({ attempt }) => received.push(`attempt ${attempt}`));
    try {
      const { subscription, running, transport } = subscribed([entry("a", 1), entry("b", 3), entry("c", 4)]);
      await settlePromises();
      expect(received).toEqual(["attempt 1"]);
      running.get("a")?.resolve();
      await settlePromises();
      expect(received).toEqual(["attempt 1", "attempt 3"]);
      running.get("b")?.resolve();
      await subscription.stop();
      expect((await transport.stats()).messagesPerMinute).toBe(2);
    } finally {
      unsubscribe();
    }
  });

  it("costs no attempt and is no failure if the subscription is stopped while others are being handed back", async () => {
    const slow = pending();
    const entries = [entry("suspect", 4), entry("other", 4)];
    const troubles: string[] = [];
    const { transport, seen, clock } = scriptedTransport(
      {
        take: async (_agentId, { limit }) => ({ entries: entries.splice(0, limit) }),
        settle: async (asked) => {
          seen.settled.push(...asked);
          if (asked.some(({ token }) => token === "other")) await slow.promise;
          return asked.map(() => undefined);
        },
      },
      { maxDeliveries: 4, onError: ({ code }) => troubles.push(code) },
    );
    const handled: string[] = [];
    const subscription = transport.subscribe("b", async ({ token }) => void handled.push(token), { concurrency: 2 });
    await settlePromises();
    const stopping = subscription.stop({ drainMs: 0 });
    await clock.advance(1);
    slow.resolve();
    await stopping;
    expect(seen.settled).toEqual(["other", "suspect"].map((token) => ({ token, action: UNCOUNTED })));
    expect([handled, troubles]).toEqual([[], []]);
  });

  it("is handed to no handler if its lease was lost while it waited", async () => {
    const entries = [entry("long", 1), entry("suspect", 3)];
    const handled: string[] = [];
    const end = pending();
    const { transport, clock, seen } = scriptedTransport(
      {
        take: async (_agentId, { limit }) => ({ entries: entries.splice(0, limit) }),
        renew: async (asked) => asked.map(() => new AgentCommError("LEASE_LOST", "it is another's")),
      },
      { maxDeliveries: 4, onError: () => {} },
    );
    const handler = async ({ token }: { readonly token: string }): Promise<void> => {
      handled.push(token);
      await end.promise;
    };
    const subscription = transport.subscribe("b", handler, { concurrency: 2, leaseMs: 300 });
    await clock.advance(260);
    expect(handled).toEqual(["long"]);
    end.resolve();
    await subscription.stop();
    expect(seen.settled.filter(({ token }) => token === "suspect")).toEqual([]);
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
