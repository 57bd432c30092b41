import { describe, expect, it } from "vitest";
import { entriesOf, PAYLOAD, pending, scriptedTransport } from "./scripted-transport.js";
import { settlePromises } from "./virtual-clock.js";

describe("a handler that does not end within attemptTimeoutMs", () => {
  it("is told, its attempt has failed, and its place is free for the next message", async () => {
    const entries = entriesOf("1", "2");
    const { transport, seen, clock } = scriptedTransport({
      take: async (_agentId, { limit }) => ({ entries: entries.splice(0, limit) }),
    });
    const told: unknown[] = [];
    const hung = pending();
    const subscription = transport.subscribe(
      "b",
      async ({ token, signal }) => {
        signal.addEventListener("abort", () => told.push(signal.reason));
        if (token === "1") await hung.promise;
      },
      { attemptTimeoutMs: 500, leaseMs: 60_000 },
    );
    await clock.advance(499);
    expect(seen.settled).toEqual([]);
    await clock.advance(1);
    expect(told).toMatchObject([{ code: "TIMEOUT" }]);
    const reason = "the handler did not end within its 500 ms";
    expect(seen.settled).toMatchObject([
      { token: "1", action: { kind: "retry", reason } },
      { token: "2", action: { kind: "ack" } },
    ]);
    // What it does afterwards is no one's business any more.
    hung.reject(new Error("late"));
    await settlePromises();
    await subscription.stop();
    expect(seen.settled).toHaveLength(2);
    expect(clock.timers).toBe(0);
  });

  it("at the last attempt makes its message a dead letter", async () => {
    const entries = [{ token: "1", payload: PAYLOAD, attempt: 5 }];
    const { transport, seen, clock } = scriptedTransport({ take: async () => ({ entries: entries.splice(0) }) });
    await using subscription = transport.subscribe("b", () => pending().promise, { attemptTimeoutMs: 500 });
    await clock.advance(500);
    expect(seen.settled).toMatchObject([{ action: { kind: "dead", reason: "poison" } }]);
    await subscription.stop();
  });

  it("is refused at once if the limit is none", async () => {
    const { transport } = scriptedTransport();
    for (const attemptTimeoutMs of [0, -1, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => transport.subscribe("b", async () => {}, { attemptTimeoutMs })).toThrow(
        expect.objectContaining({ code: "INVALID_OPTIONS" }),
      );
    }
  });
});
