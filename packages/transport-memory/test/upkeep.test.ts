import type { Driver } from "@agentcomm/protocol";
import { expect, it } from "vitest";
import { createMemoryBroker, createMemoryDriver, createMemoryTransport } from "../src/index.js";

const call = { deadline: Number.POSITIVE_INFINITY };
const message = { from: "alice", to: "bob", type: "note", content: {} };

it("what is delayed, leased or watched keeps no process alive", async () => {
  const timers = () => process.getActiveResourcesInfo().filter((resource) => resource === "Timeout").length;
  await using transport = createMemoryTransport();
  const before = timers();
  await transport.send(message);
  await transport.send(message, { delayMs: 60_000 });
  const [delivery] = await transport.receive("bob");
  expect(delivery?.signal.aborted).toBe(false);
  await transport.records.put("jobs", "one", 1, { ttlMs: 60_000 });
  await transport.records.watch("jobs", () => {});
  expect(timers()).toBeLessThanOrEqual(before);
});

it("a closed driver is rung no more, and leaves no timer on the broker's clock", async () => {
  const armed = new Set<() => void>();
  const clock = {
    now: () => 0,
    monotonic: () => 0,
    timer(_: number, callback: () => void) {
      armed.add(callback);
      return () => void armed.delete(callback);
    },
  };
  const broker = createMemoryBroker({ clock });
  const driver = createMemoryDriver({ broker });
  const other = createMemoryDriver({ broker });
  const rings: unknown[] = [];
  driver.onRing((ring) => rings.push(ring));
  await driver.take("bob", { limit: 1, leaseMs: 1_000 }, call);
  const entry = { agentId: "bob", from: "alice", priority: "low", payload: new Uint8Array(), delayMs: 500 } as const;
  driver.records.attend("jobs");
  const stir = async () => {
    await other.append([entry, { ...entry, delayMs: 0 }], call);
    await other.records.put("jobs", "one", new Uint8Array(), {}, call);
  };
  await stir();
  expect(armed.size).toBe(1);
  expect(rings).toEqual([{ mailbox: "bob" }, { collection: "jobs" }]);
  await driver.close(call);
  expect(armed.size).toBe(0);
  await stir();
  expect(rings).toHaveLength(2);
});

it("a backlog does not slow taking down", async () => {
  const microsecondsPerEntry = async (driver: Driver, backlog: number): Promise<number> => {
    const entry = { agentId: "bob", from: "alice", priority: "low", payload: new Uint8Array(8), delayMs: 0 } as const;
    for (let left = backlog; left > 0; left -= 1_000) {
      await driver.append(
        Array.from({ length: 1_000 }, () => entry),
        call,
      );
    }
    const rounds: number[] = [];
    for (let round = 0; round < 10; round += 1) {
      const startedAt = performance.now();
      const { entries } = await driver.take("bob", { limit: 100, leaseMs: 60_000 }, call);
      const acks = entries.map(({ token }) => ({ token, action: { kind: "ack" } }) as const);
      expect(await driver.settle(acks, call)).toHaveLength(100);
      rounds.push((performance.now() - startedAt) * 10);
    }
    return Math.min(...rounds);
  };
  const small = await microsecondsPerEntry(createMemoryDriver(), 1_000);
  const large = await microsecondsPerEntry(createMemoryDriver(), 300_000);
  // Anything that walks the backlog would be hundreds of times slower; a busy machine is not.
  expect(large / small).toBeLessThan(20);
});
