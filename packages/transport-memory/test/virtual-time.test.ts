import type { Transport } from "@agentcomm/protocol";
import { afterEach, beforeEach, expect, it } from "vitest";
import { createMemoryTransport } from "../src/index.js";
import { createVirtualClock, type VirtualClock } from "./virtual-clock.js";

const HOUR_MS = 3_600_000;
const message = { from: "alice", to: "bob", type: "note", content: {} };

let clock: VirtualClock;
let transport: Transport;
beforeEach(() => {
  clock = createVirtualClock();
  transport = createMemoryTransport({ clock });
});
afterEach(async () => {
  const closing = transport.close();
  await clock.advance(10_000);
  await closing;
});

it("a delayed message is received when its time has come by the clock, and wakes who waits", async () => {
  await transport.send(message, { delayMs: HOUR_MS });
  let received = 0;
  const waiting = transport.receive("bob", { waitMs: 2 * HOUR_MS, timeoutMs: 3 * HOUR_MS });
  void waiting.then((deliveries) => {
    received = deliveries.length;
  });
  await clock.advance(HOUR_MS - 1);
  expect(received).toBe(0);
  await clock.advance(1);
  expect(received).toBe(1);
});

it("a receiver that began to wait before a lease was given hears when it lapses", async () => {
  await transport.send(message);
  await transport.receive("bob", { leaseMs: HOUR_MS });
  const waiting = transport.receive("bob", { waitMs: 2 * HOUR_MS });
  await clock.advance(HOUR_MS);
  expect((await waiting).map((delivery) => delivery.attempt)).toEqual([2]);
});

it("a record lives until its time by the clock", async () => {
  const ended: string[] = [];
  await transport.records.put("jobs", "one", 1, { ttlMs: HOUR_MS });
  const end = await transport.records.watch("jobs", ({ kind, key }) => ended.push(`${kind} ${key}`));
  await clock.advance(HOUR_MS - 1);
  expect(await transport.records.get("jobs", "one")).toMatchObject({ value: 1 });
  await clock.advance(10);
  expect(await transport.records.get("jobs", "one")).toBeUndefined();
  expect(ended).toEqual(["put one", "expire one"]);
  await end();
});

it("an idempotency key counts for 24 hours, and is then forgotten", async () => {
  const send = async () => (await transport.send(message, { idempotencyKey: "key" })).duplicate;
  expect(await send()).toBe(false);
  await clock.advance(24 * HOUR_MS - 1);
  expect(await send()).toBe(true);
  await clock.advance(1);
  expect(await send()).toBe(false);
  expect(await send()).toBe(true);
});

it("a mailbox that nobody looked into for a week is left out of a broadcast", async () => {
  await transport.receive("bob");
  const reached = async () => (await transport.send({ ...message, to: "*" })).stored;
  await clock.advance(7 * 24 * HOUR_MS);
  expect(await reached()).toBe(1);
  await clock.advance(1);
  expect(await reached()).toBe(0);
});
