import { describe, expect, it } from "vitest";
import { AgentCommError, type DriverCall } from "../src/index.js";
import { rejection } from "./failure.js";
import { never } from "./scripted-driver.js";
import { entriesOf, NOTE, pending, scriptedTransport } from "./scripted-transport.js";
import { settlePromises } from "./virtual-clock.js";

describe("a call that ended while the transport was opening", () => {
  it("is not begun afterwards: nothing was stored, as it was told", async () => {
    const opening = pending();
    const { transport, clock, seen } = scriptedTransport({ open: () => opening.promise });
    const sent = rejection(transport.send(NOTE, { timeoutMs: 100 }));
    await clock.advance(200);
    expect(await sent).toMatchObject({ code: "TIMEOUT", outcome: "none" });
    opening.resolve();
    await settlePromises();
    expect(seen.appended).toEqual([]);
  });

  it("is not begun afterwards when its signal ended it", async () => {
    const opening = pending();
    let removed = 0;
    const { transport } = scriptedTransport({
      open: () => opening.promise,
      purge: async () => {
        removed += 1;
        return 1;
      },
    });
    const controller = new AbortController();
    const purged = rejection(transport.purgeDeadLetters("b", undefined, { signal: controller.signal }));
    await settlePromises();
    controller.abort();
    expect(await purged).toMatchObject({ code: "ABORTED", outcome: "none" });
    opening.resolve();
    await settlePromises();
    expect(removed).toBe(0);
  });
});

describe("an opening", () => {
  /** An opening that fails at the deadline that it was given, until the store is there. */
  const unreachable = (isThere: () => boolean) => {
    const deadlines: number[] = [];
    const scene = scriptedTransport({
      open: ({ deadline }: DriverCall) => {
        deadlines.push(deadline);
        return new Promise((resolve, reject) => {
          scene.clock.timer(deadline - scene.clock.monotonic(), () => {
            if (isThere()) resolve();
            else reject(new AgentCommError("CONNECTION_LOST", "nobody there"));
          });
        });
      },
    });
    return { ...scene, deadlines };
  };

  it("that was cut short by one caller's deadline does not fail a caller who has more time", async () => {
    const { transport, clock, deadlines, seen } = unreachable(() => clock.monotonic() > 1_000);
    const short = rejection(transport.send(NOTE, { timeoutMs: 100 }));
    const long = transport.send(NOTE, { timeoutMs: 10_000 });
    await clock.advance(150);
    expect(await short).toMatchObject({ code: "CONNECTION_LOST", outcome: "none" });
    await clock.advance(10_000);
    expect(await long).toMatchObject({ stored: 1 });
    expect(deadlines).toHaveLength(2);
    expect(seen.appended).toEqual([1]);
  });

  it("tells each of many callers with different deadlines by their own, and is not repeated for each", async () => {
    const { transport, clock, deadlines } = unreachable(() => false);
    const ended: { timeoutMs: number; at: number }[] = [];
    for (let timeoutMs = 1_000; timeoutMs < 1_400; timeoutMs += 2) {
      void rejection(transport.stats({ timeoutMs })).then(({ code }) => {
        expect(code).toBe("CONNECTION_LOST");
        ended.push({ timeoutMs, at: clock.monotonic() });
      });
    }
    await clock.advance(3_000);
    expect(ended).toHaveLength(200);
    for (const { timeoutMs, at } of ended) expect(Math.abs(at - timeoutMs)).toBeLessThanOrEqual(100);
    expect(deadlines.length).toBeLessThanOrEqual(10);
  });

  it("that fails for another reason than time fails everybody who waited for it, once", async () => {
    let openings = 0;
    const refusal = pending();
    const { transport } = scriptedTransport({
      open: () => {
        openings += 1;
        return refusal.promise;
      },
    });
    const calls = [1_000, 60_000].map((timeoutMs) => rejection(transport.send(NOTE, { timeoutMs })));
    await settlePromises();
    refusal.reject(new AgentCommError("UNSAFE_CONFIGURATION", "it evicts", { outcome: "unknown" }));
    for (const error of await Promise.all(calls)) {
      expect(error).toMatchObject({ code: "UNSAFE_CONFIGURATION", outcome: "none" });
    }
    expect(openings).toBe(1);
  });

  it("that throws at once is tried again with the next use", async () => {
    let openings = 0;
    const { transport } = scriptedTransport({
      open: () => {
        openings += 1;
        if (openings === 1) throw new Error("not now");
        return Promise.resolve();
      },
    });
    expect(await rejection(transport.open())).toMatchObject({ code: "STORE_FAILED", outcome: "none" });
    await transport.open();
    expect(openings).toBe(2);
  });

  it("that never ends lets every call end by its own deadline", async () => {
    const { transport, clock } = scriptedTransport({ open: never });
    const calls = [transport.stats({ timeoutMs: 100 }), transport.send(NOTE, { timeoutMs: 100 }), transport.open()];
    const codes = Promise.all(calls.map(async (call) => (await rejection(call)).code));
    await clock.advance(5_100);
    expect(await codes).toEqual(["TIMEOUT", "TIMEOUT", "TIMEOUT"]);
  });
});

describe("the outcome of a call", () => {
  it("that only reads is none, however it ends", async () => {
    const { transport, clock } = scriptedTransport({
      stats: never,
      deadLetters: never,
      records: { ...scriptedTransport().driver.records, get: never, list: never, changes: never },
    });
    const calls = [
      transport.stats(),
      transport.deadLetters("b"),
      transport.records.get("c", "k"),
      transport.records.list("c"),
      transport.records.watch("c", () => {}),
    ];
    const outcomes = Promise.all(calls.map(async (call) => (await rejection(call)).outcome));
    await clock.advance(6_000);
    expect(await outcomes).toEqual(["none", "none", "none", "none", "none"]);
  });

  it("is none for a fan-out that did not get to know its members, unknown once it stores", async () => {
    const asking = scriptedTransport({ members: never });
    const unasked = rejection(asking.transport.send({ ...NOTE, to: "*" }));
    await asking.clock.advance(6_000);
    expect(await unasked).toMatchObject({ code: "TIMEOUT", outcome: "none" });
    const storing = scriptedTransport({ members: async () => ["b"], append: never });
    const unanswered = rejection(storing.transport.send({ ...NOTE, to: "*" }));
    await storing.clock.advance(6_000);
    expect(await unanswered).toMatchObject({ code: "TIMEOUT", outcome: "unknown" });
  });

  it("is said also where the driver's own error leaves it out", async () => {
    const { transport } = scriptedTransport({
      append: () => Promise.reject(new AgentCommError("CONNECTION_LOST", "gone", { details: { port: 1 } })),
      stats: () => Promise.reject(new AgentCommError("CONNECTION_LOST", "gone")),
    });
    expect(await rejection(transport.send(NOTE))).toMatchObject({
      code: "CONNECTION_LOST",
      outcome: "unknown",
      details: { port: 1 },
    });
    expect(await rejection(transport.stats())).toMatchObject({ outcome: "none" });
  });
});

describe("receive", () => {
  it("ends by waitMs and timeoutMs also from a mailbox that yields nothing but dead entries", async () => {
    let token = 0;
    const { transport, clock } = scriptedTransport({
      take: async () => {
        await new Promise<void>((resolve) => clock.timer(10, resolve));
        token += 1;
        return { entries: [{ token: String(token), attempt: 1 }] };
      },
    });
    const received = transport.receive("b", { waitMs: 500, timeoutMs: 300 });
    await clock.advance(900);
    expect(await received).toEqual([]);
    expect(token).toBeGreaterThan(50);
  });

  it("hands out what is good by its timeoutMs also when what is dead cannot be buried", async () => {
    const { transport, clock, errors } = scriptedTransport({
      take: async () => ({ entries: [{ token: "dead", attempt: 1 }, ...entriesOf("good")] }),
      settle: never,
    });
    const received = transport.receive("b", { timeoutMs: 200 });
    await clock.advance(300);
    expect((await received).map(({ token }) => token)).toEqual(["good"]);
    expect(errors).toMatchObject([{ code: "TIMEOUT" }]);
  });

  it("that is aborted in the middle of a take hands back what the take brings", async () => {
    const take = pending<{ entries: ReturnType<typeof entriesOf> }>();
    const { transport, seen } = scriptedTransport({ take: () => take.promise });
    const controller = new AbortController();
    const received = rejection(transport.receive("b", { signal: controller.signal }));
    await settlePromises();
    controller.abort();
    expect(await received).toMatchObject({ code: "ABORTED", outcome: "unknown" });
    take.resolve({ entries: entriesOf("1", "2") });
    await settlePromises();
    expect(seen.settled).toMatchObject([
      { token: "1", action: { kind: "retry", delayMs: 0 } },
      { token: "2", action: { kind: "retry", delayMs: 0 } },
    ]);
  });
});

describe("settle by token", () => {
  it("ends with ABORTED by its signal, before and during", async () => {
    const { transport, seen } = scriptedTransport({ settle: never, renew: never });
    expect(await rejection(transport.settle("t", { kind: "ack" }, { signal: AbortSignal.abort() }))).toMatchObject({
      code: "ABORTED",
      outcome: "none",
    });
    expect(seen.settled).toEqual([]);
    for (const action of [{ kind: "ack" }, { kind: "extend" }] as const) {
      const controller = new AbortController();
      const settled = rejection(transport.settle("t", action, { signal: controller.signal }));
      await settlePromises();
      controller.abort();
      expect(await settled).toMatchObject({ code: "ABORTED", outcome: "unknown" });
    }
  });
});
