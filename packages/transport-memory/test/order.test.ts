import type { Driver, Priority } from "@agentcomm/protocol";
import { afterEach, beforeEach, expect, it } from "vitest";
import { createMemoryBroker, createMemoryDriver } from "../src/index.js";
import { createVirtualClock, type VirtualClock } from "./virtual-clock.js";

const call = { deadline: Number.POSITIVE_INFINITY };

let clock: VirtualClock;
let driver: Driver;
beforeEach(() => {
  clock = createVirtualClock();
  driver = createMemoryDriver({ broker: createMemoryBroker({ clock }) });
});
afterEach(() => driver.close(call));

async function append(text: string, delayMs = 0, priority: Priority = "medium"): Promise<void> {
  const entry = { agentId: "bob", from: "alice", payload: Buffer.from(text), delayMs, priority };
  expect(await driver.append([entry], call)).toEqual(["stored"]);
}

async function take(limit: number, leaseMs = 1_000) {
  const { entries } = await driver.take("bob", { limit, leaseMs }, call);
  return entries;
}

async function textsOf(limit: number, leaseMs?: number): Promise<string[]> {
  return (await take(limit, leaseMs)).map(({ payload = [], attempt }) => `${Buffer.from(payload)}:${attempt}`);
}

it("what a lapsed lease gives back stands where it stood, whatever lapsed first", async () => {
  for (const text of ["a", "b", "c", "d", "e"]) await append(text);
  await textsOf(2, 2_000);
  await textsOf(2, 1_000);
  await clock.advance(1_000);
  await clock.advance(1_000);
  expect(await textsOf(10)).toEqual(["a:2", "b:2", "c:2", "d:2", "e:1"]);
});

it("what is retried, at once or later, stands where it stood in the line of its priority", async () => {
  for (const text of ["a", "b"]) await append(text);
  await append("urgent", 0, "critical");
  const retries = (await take(2)).map(({ token }) => ({ token, action: { kind: "retry", delayMs: 0 } }) as const);
  expect(await driver.settle(retries, call)).toEqual([undefined, undefined]);
  expect(await textsOf(1)).toEqual(["urgent:2"]);
  const [a] = await take(1);
  const later = { token: a?.token ?? "", action: { kind: "retry", delayMs: 500 } } as const;
  expect(await driver.settle([later], call)).toEqual([undefined]);
  await clock.advance(500);
  await append("c");
  expect(await textsOf(10)).toEqual(["a:3", "b:1", "c:1"]);
});

it("what was delayed stands in line as if it had been sent when it fell due, though nobody looked then", async () => {
  await append("late", 2_000);
  await append("soon", 1_000);
  await clock.advance(1_500);
  await append("now");
  await clock.advance(1_000);
  await append("after");
  expect(await textsOf(10)).toEqual(["soon:1", "now:1", "late:1", "after:1"]);
});

it("a take says how long until something that is held falls due", async () => {
  const dueIn = async () => (await driver.take("bob", { limit: 1, leaseMs: 700 }, call)).nextDueInMs;
  expect(await dueIn()).toBeUndefined();
  await append("a", 1_000);
  expect(await dueIn()).toBe(1_000);
  await append("b");
  expect(await dueIn()).toBe(700);
  await clock.advance(300);
  expect(await dueIn()).toBe(400);
});

it("a late settle takes back what was given up, and leaves the rest of the line alone", async () => {
  for (const text of ["a", "b", "c"]) await append(text);
  const [, b] = await take(3);
  await clock.advance(1_000);
  expect(await driver.stats(call)).toMatchObject([{ ready: 3, inFlight: 0 }]);
  expect(await driver.settle([{ token: b?.token ?? "", action: { kind: "ack" } }], call)).toEqual([undefined]);
  expect(await textsOf(10)).toEqual(["a:2", "c:2"]);
});
