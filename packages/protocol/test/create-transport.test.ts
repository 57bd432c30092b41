import { describe, expect, it } from "vitest";
import { AgentCommError, createMessage, createTransport, type Driver, encodeMessage } from "../src/index.js";
import { never, scriptedDriver } from "./scripted-driver.js";
import { scriptedTransport } from "./scripted-transport.js";
import { settlePromises } from "./virtual-clock.js";

const status = { from: "a", to: "b", type: "status_update", content: { status: "idle" } } as const;
const payload = (fields: { expiresAt?: string } = {}) =>
  Buffer.from(encodeMessage(createMessage({ ...status, ...fields })));

describe("a call", () => {
  it("that the driver never answers ends with TIMEOUT and the outcome unknown", async () => {
    const { transport, clock } = scriptedTransport({ append: never });
    const sent = transport.send(status, { timeoutMs: 200 });
    const seen = expect(sent).rejects.toMatchObject({ code: "TIMEOUT", outcome: "unknown", retryable: true });
    await clock.advance(300);
    await seen;
  });

  it("that never gets as far as the store ends with the outcome none", async () => {
    const { transport, clock } = scriptedTransport({ open: never });
    const sent = transport.send(status, { timeoutMs: 200 });
    const seen = expect(sent).rejects.toMatchObject({ code: "TIMEOUT", outcome: "none" });
    await clock.advance(300);
    await seen;
  });

  it("leaves no timer behind once it has ended", async () => {
    const { transport, clock } = scriptedTransport();
    await transport.send(status);
    await transport.stats();
    expect(clock.timers).toBe(0);
  });

  it("whose driver throws something foreign rejects with STORE_FAILED and keeps the cause", async () => {
    const cause = new Error("disk on fire");
    const { transport } = scriptedTransport({ stats: () => Promise.reject(cause) });
    await expect(transport.stats()).rejects.toMatchObject({ code: "STORE_FAILED", cause });
  });

  it("ends with ABORTED when its signal fires", async () => {
    const { transport } = scriptedTransport({ stats: never });
    const controller = new AbortController();
    const stats = transport.stats({ signal: controller.signal });
    controller.abort();
    await expect(stats).rejects.toMatchObject({ code: "ABORTED" });
    await expect(transport.stats({ signal: controller.signal })).rejects.toMatchObject({ code: "ABORTED" });
  });

  it("refuses a wrong option by its name", async () => {
    const { transport } = scriptedTransport();
    await expect(transport.receive("b", { limit: 0 })).rejects.toMatchObject({ code: "INVALID_OPTIONS" });
    await expect(transport.receive("b", { limit: 0 })).rejects.toThrow(/limit/);
    await expect(transport.send(status, { timeoutMs: -1 })).rejects.toThrow(/timeoutMs/);
    await expect(transport.send(status, { idempotencyKey: "ü" })).rejects.toThrow(/idempotencyKey/);
    await expect(transport.receive("../b")).rejects.toMatchObject({ code: "INVALID_AGENT_ID" });
    expect(() => createTransport(scriptedDriver().driver, { maxDeliveries: 0 })).toThrow(/maxDeliveries/);
  });
});

describe("the lifecycle", () => {
  it("opens with the first use, once", async () => {
    const { transport, seen } = scriptedTransport();
    await Promise.all([transport.send(status), transport.stats(), transport.open()]);
    expect(seen.opened).toBe(1);
  });

  it("tries again with the next use when opening failed", async () => {
    let attempts = 0;
    const { transport } = scriptedTransport({
      open: async () => {
        attempts += 1;
        if (attempts === 1) throw new AgentCommError("CONNECTION_LOST", "nobody there", { outcome: "none" });
      },
    });
    await expect(transport.open()).rejects.toMatchObject({ code: "CONNECTION_LOST" });
    await transport.open();
    expect(attempts).toBe(2);
  });

  it("refuses every call after close, which may be called twice", async () => {
    const { transport, seen } = scriptedTransport();
    await Promise.all([transport.close(), transport.close()]);
    expect(seen.closed).toBe(1);
    const closed = { code: "CLOSED" };
    await expect(transport.send(status)).rejects.toMatchObject(closed);
    await expect(transport.receive("b")).rejects.toMatchObject(closed);
    await expect(transport.health()).rejects.toMatchObject(closed);
    await expect(transport.records.get("c", "k")).rejects.toMatchObject(closed);
    await expect(transport.records.watch("c", () => {})).rejects.toMatchObject(closed);
    expect(() => transport.subscribe("b", async () => {})).toThrow(expect.objectContaining(closed));
  });

  it("wakes a waiting receiver at close with CLOSED", async () => {
    const { transport } = scriptedTransport();
    const waiting = transport.receive("b", { waitMs: 60_000 });
    const seen = expect(waiting).rejects.toMatchObject({ code: "CLOSED" });
    await settlePromises();
    await transport.close();
    await seen;
  });

  it("refuses to settle a delivery after close", async () => {
    const { transport } = scriptedTransport({
      take: async () => ({ entries: [{ token: "t", payload: payload(), attempt: 1 }] }),
    });
    const [delivery] = await transport.receive("b");
    await transport.close();
    await expect(delivery?.ack()).rejects.toMatchObject({ code: "CLOSED" });
  });
});

describe("sending", () => {
  it("makes few appends of all sends of a tick", async () => {
    const { transport, seen } = scriptedTransport();
    await transport.open();
    await Promise.all(Array.from({ length: 1_000 }, () => transport.send(status)));
    expect(seen.appended).toEqual(new Array(8).fill(125));
  });

  it("gives each message of sendMany its own result", async () => {
    const { transport } = scriptedTransport();
    const results = await transport.sendMany([status, { ...status, to: "no/body" }]);
    expect(results[0]).toMatchObject({ stored: 1 });
    expect(AgentCommError.is(results[1], "INVALID_AGENT_ID")).toBe(true);
  });

  it("tells of a fan-out whom it did not reach", async () => {
    const full = new AgentCommError("MAILBOX_FULL", "full");
    const { transport } = scriptedTransport({
      members: async () => ["a", "b", "c"],
      append: async () => ["stored", full],
    });
    const receipt = await transport.send({ ...status, to: "*" });
    expect(receipt).toMatchObject({ stored: 1, refused: [{ agentId: "c", code: "MAILBOX_FULL" }] });
  });

  it("refuses a delay where the driver has none", async () => {
    const capabilities = { ...scriptedDriver().driver.capabilities, delay: false };
    const { transport } = scriptedTransport({ capabilities });
    await expect(transport.send(status, { delayMs: 5 })).rejects.toMatchObject({ code: "NOT_SUPPORTED" });
  });
});

describe("receiving", () => {
  const takeOnce = (entries: Awaited<ReturnType<Driver["take"]>>["entries"]): Driver["take"] => {
    let left = [entries];
    return async () => {
      const [now = []] = left;
      left = [];
      return { entries: now };
    };
  };

  it("hands back what arrives after the caller has given up", async () => {
    let answer: (value: Awaited<ReturnType<Driver["take"]>>) => void = () => {};
    const { transport, seen, clock } = scriptedTransport({
      take: () =>
        new Promise((resolve) => {
          answer = resolve;
        }),
    });
    const received = expect(transport.receive("b", { timeoutMs: 100 })).rejects.toMatchObject({ code: "TIMEOUT" });
    await clock.advance(200);
    await received;
    answer({ entries: [{ token: "late", payload: payload(), attempt: 1 }] });
    await settlePromises();
    expect(seen.settled).toMatchObject([{ token: "late", action: { kind: "retry", delayMs: 0 } }]);
  });

  it("moves what is unreadable, expired or poison to the dead letters and hands out the rest", async () => {
    const { transport, seen } = scriptedTransport({
      take: takeOnce([
        { token: "cut", payload: Buffer.from('{"message_id":'), attempt: 1 },
        { token: "bare", attempt: 1 },
        { token: "flipped", payload: payload(), damaged: "digest mismatch", attempt: 1 },
        { token: "old", payload: payload({ expiresAt: "2001-01-01T00:00:00.000Z" }), attempt: 1 },
        { token: "poison", payload: payload(), attempt: 6, reasons: ["it hurts"] },
        { token: "good", payload: payload(), attempt: 5 },
      ]),
    });
    const deliveries = await transport.receive("b");
    expect(deliveries.map((delivery) => delivery.token)).toEqual(["good"]);
    expect(seen.settled.map(({ token, action }) => [token, "reason" in action ? action.reason : ""])).toEqual([
      ["cut", "unreadable"],
      ["bare", "unreadable"],
      ["flipped", "unreadable"],
      ["old", "expired"],
      ["poison", "poison"],
    ]);
    expect(seen.settled[4]?.action).toMatchObject({ detail: expect.stringContaining("it hurts") });
  });

  it("looks again when rung, and when something falls due", async () => {
    let looks = 0;
    const { transport, ring, clock } = scriptedTransport({
      take: async () => {
        looks += 1;
        return { entries: [], nextDueInMs: 500 };
      },
    });
    const received = transport.receive("b", { waitMs: 600 });
    await settlePromises();
    expect(looks).toBe(1);
    ring({ mailbox: "b" });
    await settlePromises();
    expect(looks).toBe(2);
    await clock.advance(500);
    expect(looks).toBe(3);
    await clock.advance(200);
    expect(await received).toEqual([]);
  });

  it("fires a delivery's signal before its lease ends, and later if it was extended", async () => {
    const { transport, clock } = scriptedTransport({
      take: takeOnce([{ token: "t", payload: payload(), attempt: 1 }]),
    });
    const [delivery] = await transport.receive("b", { leaseMs: 1_000 });
    const { signal } = delivery ?? expect.unreachable();
    await clock.advance(800);
    await delivery?.extend(1_000);
    await clock.advance(800);
    expect(signal.aborted).toBe(false);
    await clock.advance(150);
    expect(signal.aborted).toBe(true);
    expect(signal.reason).toMatchObject({ code: "LEASE_LOST" });
  });

  it("makes a message poison by a retry that uses up its attempts, with all the reasons", async () => {
    const { transport, seen } = scriptedTransport(
      { take: takeOnce([{ token: "t", payload: payload(), attempt: 2, reasons: ["first"] }]) },
      { maxDeliveries: 2 },
    );
    const [delivery] = await transport.receive("b");
    await delivery?.retry({ reason: "second" });
    expect(seen.settled[0]?.action).toEqual({
      kind: "dead",
      reason: "poison",
      detail: "delivered 2 times without success: first; second",
    });
  });

  it("settles a delivery once", async () => {
    const { transport, seen } = scriptedTransport({ take: takeOnce([{ token: "t", payload: payload(), attempt: 1 }]) });
    const [delivery] = await transport.receive("b");
    await delivery?.ack();
    await expect(delivery?.retry()).rejects.toMatchObject({ code: "LEASE_LOST" });
    expect(seen.settled).toHaveLength(1);
  });
});

describe("failures in the background", () => {
  it("reach onError", () => {
    const { trouble, errors } = scriptedTransport();
    trouble(new AgentCommError("CONNECTION_LOST", "gone"));
    expect(errors).toMatchObject([{ code: "CONNECTION_LOST" }]);
  });

  it("become a process warning without onError, and when onError itself throws", async () => {
    const warnings: (Error & { code?: string })[] = [];
    const onWarning = (warning: Error) => warnings.push(warning);
    process.on("warning", onWarning);
    try {
      const plain = scriptedDriver();
      createTransport(plain.driver);
      plain.trouble(new AgentCommError("CONNECTION_LOST", "gone"));
      const throwing = scriptedDriver();
      createTransport(throwing.driver, {
        onError: () => {
          throw null;
        },
      });
      throwing.trouble(new AgentCommError("DATA_LOST", "lost"));
      await settlePromises();
      expect(warnings.map((warning) => warning.code)).toEqual(["CONNECTION_LOST", "DATA_LOST", "HANDLER_FAILED"]);
    } finally {
      process.off("warning", onWarning);
    }
  });

  it("show in health, which resolves also when the driver does not answer", async () => {
    const { transport, clock } = scriptedTransport({ health: never });
    const health = transport.health({ timeoutMs: 100 });
    await clock.advance(200);
    expect(await health).toMatchObject({ connected: false, warnings: [expect.stringContaining("100 ms")] });
  });

  it("don't show in health that was aborted: that says nothing of the store", async () => {
    const { transport } = scriptedTransport({ health: never });
    const controller = new AbortController();
    const health = transport.health({ signal: controller.signal });
    controller.abort();
    await expect(health).rejects.toMatchObject({ code: "ABORTED" });
  });
});
