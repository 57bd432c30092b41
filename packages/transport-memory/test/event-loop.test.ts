import { setTimeout as pause } from "node:timers/promises";
import type { Transport } from "@agentcomm/protocol";
import { expect, it } from "vitest";
import { createMemoryTransport } from "../src/index.js";

const message = { type: "note", content: {} };

/** Traffic that never ends by itself. Once it is under way a timer ends it, if it ever gets its turn. */
async function untilTimer(
  busy: (isOver: () => boolean, transport: Transport) => Promise<unknown>,
  isUnderWay: () => boolean = () => true,
): Promise<void> {
  await using transport = createMemoryTransport();
  let over = false;
  const traffic = busy(() => over, transport);
  do await pause(20);
  while (!isUnderWay());
  over = true;
  await traffic;
}

it("two agents that answer each other without end leave timers their turn", async () => {
  let handled = 0;
  const talk = async (isOver: () => boolean, transport: Transport): Promise<void> => {
    const answer = (from: string, to: string) =>
      transport.subscribe(from, async () => {
        handled += 1;
        if (!isOver()) await transport.send({ ...message, from, to });
      });
    answer("alice", "bob");
    answer("bob", "alice");
    await transport.send({ ...message, from: "carol", to: "alice" });
  };
  await untilTimer(talk, () => handled > 10);
});

it("a caller who polls without waiting leaves timers their turn", async () => {
  await untilTimer(async (isOver, transport) => {
    while (!isOver()) await transport.receive("bob");
  });
  await untilTimer(async (isOver, { records }) => {
    while (!isOver()) await records.get("jobs", "one");
  });
});

it("a mailbox of a hundred thousand expired messages is got over within timeoutMs, and the rest later", async () => {
  await using transport = createMemoryTransport();
  const expired = { ...message, from: "alice", to: "bob", expiresAt: "2001-01-01T00:00:00.000Z" };
  for (let sent = 0; sent < 100_000; sent += 10_000) {
    await transport.sendMany(Array.from({ length: 10_000 }, () => expired));
  }
  const startedAt = performance.now();
  expect(await transport.receive("bob", { limit: 1, timeoutMs: 100 })).toEqual([]);
  expect(performance.now() - startedAt).toBeLessThan(2_000);
  await transport.send({ ...message, from: "alice", to: "bob" });
  await expect
    .poll(async () => (await transport.receive("bob", { limit: 10_000 })).length, { timeout: 20_000 })
    .toBe(1);
});
