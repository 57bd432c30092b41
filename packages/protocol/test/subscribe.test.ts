import { describe, expect, it } from "vitest";
import { AgentCommError, createMessage, createTransport, type Driver, encodeMessage } from "../src/index.js";
import { never, scriptedDriver } from "./scripted-driver.js";
import { pending } from "./scripted-transport.js";
import { settlePromises, VirtualClock } from "./virtual-clock.js";

const payload = Buffer.from(
  encodeMessage(createMessage({ from: "a", to: "b", type: "status_update", content: { status: "idle" } })),
);

/** A transport whose mailbox holds `count` messages, numbered from 1 by their tokens. */
function open(count: number, answers: Partial<Driver> = {}) {
  const clock = new VirtualClock();
  const errors: AgentCommError[] = [];
  const limits: number[] = [];
  let next = 1;
  const scripted = scriptedDriver({
    take: async (_agentId, { limit }) => {
      limits.push(limit);
      const entries = [];
      while (next <= count && entries.length < limit) entries.push({ token: String(next++), payload, attempt: 1 });
      return { entries };
    },
    ...answers,
  });
  const transport = createTransport(scripted.driver, { clock, random: () => 0.5, onError: (e) => errors.push(e) });
  return { ...scripted, clock, errors, limits, transport };
}

describe("a subscription", () => {
  it("acks what the handler resolves, retries with back-off what it rejects, buries what cannot be retried", async () => {
    const { transport, seen } = open(4);
    const subscription = transport.subscribe("b", async (delivery) => {
      if (delivery.token === "2") throw new Error("later");
      if (delivery.token === "3") throw new AgentCommError("INVALID_MESSAGE", "never");
      if (delivery.token === "4") await delivery.reject("by hand");
    });
    await settlePromises();
    await subscription.stop();
    expect(seen.settled).toEqual([
      { token: "1", action: { kind: "ack" } },
      { token: "2", action: { kind: "retry", delayMs: 750, reason: "later" } },
      { token: "3", action: { kind: "dead", reason: "rejected", detail: "never" } },
      { token: "4", action: { kind: "dead", reason: "rejected", detail: "by hand" } },
    ]);
  });

  it("retries what failed for reasons that lie not in the message: an abort, a closed transport, a lease", async () => {
    const { transport, seen } = open(3);
    const codes = ["ABORTED", "CLOSED", "LEASE_LOST"] as const;
    const subscription = transport.subscribe("b", async ({ token }) => {
      throw new AgentCommError(codes[Number(token) - 1] ?? expect.unreachable(), "not the message's fault");
    });
    await settlePromises();
    await subscription.stop();
    expect(seen.settled.map(({ action }) => action.kind)).toEqual(["retry", "retry", "retry"]);
  });

  it("that waits for messages needs no more than the timer of its waiting", async () => {
    const { transport, clock } = open(3);
    const subscription = transport.subscribe("b", async () => {});
    await clock.advance(60_000);
    expect(clock.timers).toBe(1);
    await subscription.stop();
    expect(clock.timers).toBe(0);
  });

  it("survives a handler that throws null", async () => {
    const { transport, seen } = open(1);
    const subscription = transport.subscribe("b", async () => {
      throw null;
    });
    await settlePromises();
    await subscription.stop();
    expect(seen.settled).toMatchObject([{ action: { kind: "retry", reason: "null" } }]);
  });

  it("takes no more than it has places for", async () => {
    const { transport, limits } = open(10);
    let running = 0;
    let most = 0;
    const ends: (() => void)[] = [];
    const subscription = transport.subscribe(
      "b",
      async () => {
        running += 1;
        most = Math.max(most, running);
        await new Promise<void>((resolve) => ends.push(resolve));
        running -= 1;
      },
      { concurrency: 3 },
    );
    while (ends.length < 10 || running > 0) {
      await settlePromises();
      for (const end of ends) end();
    }
    await subscription.stop();
    expect(most).toBe(3);
    expect(Math.max(...limits)).toBe(3);
  });

  it("renews what its handler still works on, and tells the handler when the lease is lost", async () => {
    const renewed: string[] = [];
    const lost = new AgentCommError("LEASE_LOST", "somebody else has it");
    const { transport, clock, errors } = open(1, {
      renew: async (batch) => {
        renewed.push(...batch.map((entry) => entry.token));
        return batch.map(() => (renewed.length > 2 ? lost : undefined));
      },
      settle: async (batch) => batch.map(() => lost),
    });
    let reason: unknown;
    const subscription = transport.subscribe(
      "b",
      (delivery) =>
        new Promise<void>((_resolve, reject) => {
          delivery.signal.addEventListener("abort", () => {
            reason = delivery.signal.reason;
            reject(reason);
          });
        }),
      { leaseMs: 3_000 },
    );
    await clock.advance(2_500);
    expect(renewed).toEqual(["1", "1"]);
    await clock.advance(1_000);
    expect(reason).toBe(lost);
    expect(errors).toContain(lost);
    await subscription.stop();
  });

  it("finishes what is running when it is stopped", async () => {
    const { transport, seen, clock } = open(1);
    let end = (): void => {};
    const subscription = transport.subscribe("b", () => new Promise<void>((resolve) => (end = resolve)));
    await settlePromises();
    const stopped = subscription.stop({ drainMs: 1_000 });
    await clock.advance(500);
    end();
    await stopped;
    await subscription.closed;
    expect(seen.settled).toEqual([{ token: "1", action: { kind: "ack" } }]);
    expect(clock.timers).toBe(0);
  });

  it("hands back at once what is still running after the drain time, and tells its handler", async () => {
    const { transport, seen, clock } = open(1);
    let told = false;
    const subscription = transport.subscribe("b", (delivery) => {
      delivery.signal.addEventListener("abort", () => (told = true));
      return never();
    });
    await settlePromises();
    const stopped = subscription.stop({ drainMs: 1_000 });
    await clock.advance(1_000);
    await stopped;
    expect(told).toBe(true);
    expect(seen.settled).toMatchObject([{ token: "1", action: { kind: "retry", delayMs: 0 } }]);
  });

  it("goes on by itself when looking fails, and reports it", async () => {
    let failures = 2;
    const { transport, clock, errors } = open(0, {
      take: async () => {
        failures -= 1;
        if (failures >= 0) throw new AgentCommError("CONNECTION_LOST", "gone");
        return { entries: [] };
      },
    });
    const subscription = transport.subscribe("b", async () => {});
    await clock.advance(1_000);
    expect(errors.map((error) => error.code)).toEqual(["CONNECTION_LOST", "CONNECTION_LOST"]);
    expect(failures).toBe(-1);
    await subscription.stop();
  });

  it("stops by its signal", async () => {
    const { transport } = open(0);
    const controller = new AbortController();
    const subscription = transport.subscribe("b", async () => {}, { signal: controller.signal });
    controller.abort();
    await subscription.closed;
  });
});

describe("a subscription's looks", () => {
  it("end when a take says that nothing is left, until the mailbox is rung", async () => {
    let taken = 0;
    const { transport, ring } = open(0, {
      take: async () => ({ entries: [{ token: String(++taken), payload, attempt: 1 }], drained: true }),
    });
    const subscription = transport.subscribe("b", async () => {});
    await settlePromises();
    expect(taken).toBe(1);
    ring({ mailbox: "b" });
    await settlePromises();
    expect(taken).toBe(2);
    await subscription.stop();
  });

  it("go on when something falls due, rung or not, and after half a minute in any case", async () => {
    const takes: number[] = [];
    const { transport, clock } = open(0, {
      take: async () => {
        takes.push(clock.monotonic());
        return { entries: [], ...(takes.length === 1 ? { nextDueInMs: 2_000 } : {}) };
      },
    });
    const begin = clock.monotonic();
    const subscription = transport.subscribe("b", async () => {});
    for (let second = 0; second < 33; second++) await clock.advance(1_000);
    expect(takes.map((at) => at - begin)).toEqual([0, 2_000, 32_000]);
    await subscription.stop();
  });

  it("go on when a ring came while a take was under way that found nothing", async () => {
    let takes = 0;
    const answer = pending();
    const { transport, ring } = open(0, {
      take: async () => {
        takes += 1;
        if (takes === 1) await answer.promise;
        return { entries: [], drained: true };
      },
    });
    const subscription = transport.subscribe("b", async () => {});
    await settlePromises();
    ring({ mailbox: "b" });
    answer.resolve();
    await settlePromises();
    expect(takes).toBe(2);
    await subscription.stop();
  });

  it("bring the next message while the ack of the one before is under way", async () => {
    const acked = pending();
    const handled: string[] = [];
    const { transport, seen } = open(2, {
      settle: async (batch) => {
        seen.settled.push(...batch);
        await acked.promise;
        return batch.map(() => undefined);
      },
    });
    const subscription = transport.subscribe("b", async ({ token }) => handled.push(token));
    await settlePromises();
    expect(handled).toEqual(["1", "2"]);
    acked.resolve();
    await subscription.stop();
  });

  it("bring a backlog in halves, two of them at a time, and never more than there are places", async () => {
    const limits: number[] = [];
    let underWay = 0;
    let most = 0;
    let left = 1_000;
    let running = 0;
    let mostRunning = 0;
    const { transport } = scriptedOverStore({
      take: async (_agentId, { limit }) => {
        limits.push(limit);
        underWay += 1;
        most = Math.max(most, underWay);
        await new Promise((resolve) => setImmediate(resolve));
        underWay -= 1;
        const count = Math.min(limit, left);
        left -= count;
        return {
          entries: Array.from({ length: count }, (_, index) => ({ token: `${left}-${index}`, payload, attempt: 1 })),
        };
      },
    });
    let handled = 0;
    const all = pending();
    const subscription = transport.subscribe(
      "b",
      async () => {
        running += 1;
        mostRunning = Math.max(mostRunning, running);
        await new Promise((resolve) => setImmediate(resolve));
        running -= 1;
        if (++handled === 1_000) all.resolve();
      },
      { concurrency: 200 },
    );
    await all.promise;
    await subscription.stop();
    expect(limits[0]).toBe(200);
    expect(limits).toContain(100);
    expect(most).toBe(2);
    expect(mostRunning).toBeLessThanOrEqual(200);
  });
});

it("goes on looking when the look for the other half of a backlog ends empty while all places were taken", async () => {
  const takes: { readonly limit: number; readonly answer: (count: number) => void }[] = [];
  let token = 0;
  const { transport, ring } = scriptedOverStore({
    take: (_agentId, { limit }) =>
      new Promise((resolve) => {
        const answer = (count: number): void =>
          resolve({ entries: Array.from({ length: count }, () => ({ token: String(++token), payload, attempt: 1 })) });
        takes.push({ limit, answer });
      }),
  });
  const end = pending();
  let isLong = false;
  const subscription = transport.subscribe("b", () => (isLong ? end.promise : Promise.resolve()), { concurrency: 128 });
  await expect.poll(() => takes.length).toBe(1);
  takes[0]?.answer(128);
  // Both halves are looked for.
  await expect.poll(() => takes.map(({ limit }) => limit)).toEqual([128, 64, 64]);
  isLong = true;
  takes[2]?.answer(64);
  await new Promise((resolve) => setImmediate(resolve));
  takes[1]?.answer(0);
  await new Promise((resolve) => setImmediate(resolve));
  ring({ mailbox: "b" });
  await expect.poll(() => takes.map(({ limit }) => limit)).toEqual([128, 64, 64, 64]);
  const stopping = subscription.stop();
  takes[3]?.answer(0);
  end.resolve();
  await stopping;
});

it("looks again after its mailbox was deleted, though nothing was left when it looked last", async () => {
  let takes = 0;
  const handled = pending();
  const { transport } = open(0, {
    take: async () => {
      takes += 1;
      return takes === 1 ? { entries: [{ token: "1", payload, attempt: 1 }], drained: true } : { entries: [] };
    },
  });
  const subscription = transport.subscribe("b", () => handled.promise);
  await settlePromises();
  await Promise.all([transport.deleteMailbox("b", { discard: true }), settlePromises()]);
  expect(takes).toBe(1);
  handled.resolve();
  await settlePromises();
  expect(takes).toBe(2);
  await subscription.stop();
});

/** A transport whose store is in another process. */
function scriptedOverStore(answers: Partial<Driver>) {
  const { capabilities } = scriptedDriver().driver;
  const scripted = scriptedDriver({ capabilities: { ...capabilities, crossProcess: true }, ...answers });
  return { ...scripted, transport: createTransport(scripted.driver) };
}
