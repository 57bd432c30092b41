import { describe, expect, it } from "vitest";
import { AgentCommError } from "../src/index.js";
import { never } from "./scripted-driver.js";
import { entriesOf, pending, scriptedTransport } from "./scripted-transport.js";
import { settlePromises } from "./virtual-clock.js";

const once = (...tokens: string[]) => {
  const left = entriesOf(...tokens);
  return async (_agentId: string, { limit }: { limit: number }) => ({ entries: left.splice(0, limit) });
};

describe("stopping a subscription", () => {
  it("in the middle of a take waits for it, starts no handler and hands back what it brings", async () => {
    const take = pending<{ entries: ReturnType<typeof entriesOf> }>();
    const { transport, seen } = scriptedTransport({ take: () => take.promise });
    let handled = 0;
    const subscription = transport.subscribe("b", async () => void handled++, { concurrency: 2 });
    await settlePromises();
    let stopped = false;
    const stopping = subscription.stop().then(() => {
      stopped = true;
    });
    await settlePromises();
    expect(stopped).toBe(false);
    take.resolve({ entries: entriesOf("1", "2") });
    await stopping;
    expect(handled).toBe(0);
    expect(seen.settled).toMatchObject([
      { token: "1", action: { kind: "retry", delayMs: 0 } },
      { token: "2", action: { kind: "retry", delayMs: 0 } },
    ]);
  });

  it("ends by the timeoutMs of a take that is never answered", async () => {
    const { transport, clock } = scriptedTransport({ take: never });
    const subscription = transport.subscribe("b", async () => {});
    await settlePromises();
    const stopping = subscription.stop({ drainMs: 0 });
    await clock.advance(5_100);
    await stopping;
    expect(clock.timers).toBe(0);
  });

  it("waits for an ack that is under way when the drain time is over: finished work is not repeated", async () => {
    const answer = pending();
    const { transport, seen, clock } = scriptedTransport({
      take: once("1"),
      settle: async (batch) => {
        seen.settled.push(...batch);
        await answer.promise;
        return batch.map(() => undefined);
      },
    });
    const subscription = transport.subscribe("b", async () => {});
    await settlePromises();
    let stopped = false;
    const stopping = subscription.stop({ drainMs: 100 }).then(() => {
      stopped = true;
    });
    await clock.advance(200);
    expect(stopped).toBe(false);
    answer.resolve();
    await stopping;
    expect(seen.settled).toEqual([{ token: "1", action: { kind: "ack" } }]);
  });

  it("does not wait for a handler that settled by itself and then goes on for ever", async () => {
    const { transport, seen, clock } = scriptedTransport({ take: once("1") });
    const subscription = transport.subscribe("b", async (delivery) => {
      await delivery.reject("no use");
      await never();
    });
    await settlePromises();
    const stopping = subscription.stop({ drainMs: 100 });
    await clock.advance(100);
    await stopping;
    expect(seen.settled).toHaveLength(1);
  });

  it("twice at once hands back once", async () => {
    const { transport, seen, clock } = scriptedTransport({ take: once("1") });
    const subscription = transport.subscribe("b", never);
    await settlePromises();
    const stopping = Promise.all([subscription.stop({ drainMs: 100 }), subscription.stop({ drainMs: 100 })]);
    await clock.advance(100);
    await stopping;
    expect(seen.settled).toMatchObject([{ token: "1", action: { kind: "retry" } }]);
    expect(clock.timers).toBe(0);
  });

  it("leaves a handler that ends afterwards nothing to settle", async () => {
    for (const outcome of ["resolve", "reject"] as const) {
      const handler = pending();
      const { transport, seen, clock, errors } = scriptedTransport({ take: once("1") });
      const subscription = transport.subscribe("b", () => handler.promise);
      await settlePromises();
      const stopping = subscription.stop({ drainMs: 0 });
      await clock.advance(1);
      await stopping;
      handler[outcome](undefined as never);
      await settlePromises();
      expect(seen.settled).toMatchObject([{ action: { kind: "retry" } }]);
      expect(errors).toEqual([]);
    }
  });

  it("goes on renewing what is running while it drains", async () => {
    let renewed = 0;
    const handler = pending();
    const { transport, clock } = scriptedTransport({
      take: once("1"),
      renew: async (batch) => {
        renewed += 1;
        return batch.map(() => undefined);
      },
    });
    const subscription = transport.subscribe("b", () => handler.promise, { leaseMs: 3_000 });
    await settlePromises();
    const stopping = subscription.stop();
    await clock.advance(3_500);
    expect(renewed).toBeGreaterThanOrEqual(2);
    handler.resolve();
    await stopping;
    expect(clock.timers).toBe(0);
  });
});

describe("renewing in a subscription", () => {
  it("asks once at a time for a delivery, though the store is slower than the lease", async () => {
    let asked = 0;
    const { transport, clock } = scriptedTransport({
      take: once("1"),
      renew: () => {
        asked += 1;
        return never();
      },
    });
    transport.subscribe("b", never, { leaseMs: 300 });
    await clock.advance(4_900);
    expect(asked).toBe(1);
    await clock.advance(10_000);
    expect(asked).toBeLessThanOrEqual(4);
    const closing = transport.close();
    await clock.advance(6_000);
    await closing;
  });

  it("tells the handler before the lease ends when the answer does not come, and not if it comes in time", async () => {
    let delayMs = 200;
    const { transport, clock } = scriptedTransport({
      take: once("1"),
      renew: async (batch) => {
        await new Promise<void>((resolve) => clock.timer(delayMs, resolve));
        return batch.map(() => undefined);
      },
    });
    let toldAt: number | undefined;
    transport.subscribe(
      "b",
      async (delivery) => {
        delivery.signal.addEventListener("abort", () => {
          toldAt = clock.monotonic();
        });
        await never();
      },
      { leaseMs: 3_000 },
    );
    await clock.advance(20_000);
    expect(toldAt).toBeUndefined();
    delayMs = 60_000;
    const silentSince = clock.monotonic();
    await clock.advance(3_000);
    expect(toldAt).toBeGreaterThan(silentSince);
    expect(toldAt).toBeLessThanOrEqual(silentSince + 3_000);
    const closing = transport.close();
    await clock.advance(6_000);
    await closing;
  });

  it("ends, and is reported once, when the lease is lost, however long the handler goes on", async () => {
    let asked = 0;
    const { transport, clock, errors } = scriptedTransport({
      take: once("1"),
      renew: async (batch) => {
        asked += 1;
        return batch.map(() => new AgentCommError("LEASE_LOST", "somebody else has it"));
      },
    });
    transport.subscribe("b", never, { leaseMs: 3_000 });
    await clock.advance(60_000);
    expect(asked).toBe(1);
    expect(errors).toMatchObject([{ code: "LEASE_LOST" }]);
    const closing = transport.close();
    await clock.advance(6_000);
    await closing;
  });
});

describe("a delivery's signal", () => {
  const received = async (answers: Parameters<typeof scriptedTransport>[0]) => {
    const scene = scriptedTransport({ take: once("1"), ...answers });
    const [delivery] = await scene.transport.receive("b", { leaseMs: 1_000 });
    return { ...scene, delivery: delivery ?? expect.unreachable() };
  };

  it("does not fire because a renewal came after the ack", async () => {
    const { delivery, errors } = await received({
      renew: async (batch) => batch.map(() => new AgentCommError("LEASE_LOST", "settled already")),
    });
    const { signal } = delivery;
    await delivery.ack();
    await expect(delivery.extend()).rejects.toMatchObject({ code: "LEASE_LOST" });
    expect(signal.aborted).toBe(false);
    expect(errors).toEqual([]);
  });

  it("fires after an ack that failed, also if the lease was extended meanwhile or nobody had looked at it", async () => {
    const answer = pending();
    const { delivery, clock } = await received({ settle: () => answer.promise.then(() => []) });
    const acked = delivery.ack().catch((error: unknown) => error);
    await settlePromises();
    const { signal } = delivery;
    await delivery.extend(2_000);
    answer.reject(new AgentCommError("CONNECTION_LOST", "gone", { outcome: "none" }));
    expect(await acked).toMatchObject({ code: "CONNECTION_LOST" });
    await clock.advance(1_500);
    expect(signal.aborted).toBe(false);
    await clock.advance(500);
    expect(signal.aborted).toBe(true);
  });

  it("has fired when it is first looked at after the lease", async () => {
    const { delivery, clock } = await received({});
    await clock.advance(2_000);
    expect(delivery.signal.aborted).toBe(true);
  });

  it("leaves no timer once the delivery is settled, also if somebody else had it", async () => {
    for (const result of [undefined, new AgentCommError("LEASE_LOST", "somebody else has it")]) {
      const { delivery, clock } = await received({ settle: async (batch) => batch.map(() => result) });
      expect(delivery.signal.aborted).toBe(false);
      await delivery.ack().catch((error: unknown) => expect(error).toBe(result));
      expect(clock.timers).toBe(0);
    }
  });
});
