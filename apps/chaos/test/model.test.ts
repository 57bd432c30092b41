import type { Transport } from "@agentcomm/protocol";
import { openSharedRedis, type SharedRedis } from "@agentcomm/test-redis";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Account } from "../src/model/account.js";
import { failureIn } from "../src/model/observe.js";
import type { State } from "../src/model/observe-state.js";
import { playSequence } from "../src/model/play-sequence.js";
import { openRedisWorlds } from "../src/model/redis-worlds.js";
import { replaySequence, runModel } from "../src/model/run-model.js";
import { fixedSequences } from "./fixed-sequences.js";

let server: SharedRedis;
beforeAll(async () => {
  server = await openSharedRedis();
});
afterAll(() => server.stop());

test("random sequences of commands do not tell memory and Redis apart", async () => {
  const result = await runModel({ sequences: 150, seed: 20_260, redisUrl: server.url });
  expect(result.divergences).toEqual([]);
  expect(result.sequences).toBe(150);
  expect(result.commands).toBeGreaterThan(1_500);
});

test("a run ends when its signal fires, and tells how far it came", async () => {
  const controller = new AbortController();
  const progress: number[] = [];
  const result = await runModel({
    sequences: 5_000,
    seed: 1,
    redisUrl: server.url,
    signal: controller.signal,
    onProgress: (played) => {
      progress.push(played);
      controller.abort();
    },
  });
  expect(result.divergences).toEqual([]);
  expect(result.sequences).toBeLessThan(1_000);
  expect(progress.length).toBeGreaterThan(0);
});

describe("of what once told them apart", () => {
  test.each(Object.entries(fixedSequences))("%s", async (_, sequence) => {
    expect(await replaySequence(server.url, sequence)).toBeUndefined();
  });
});

test("a store that hands out the newest first is told apart, at the command that shows it", async () => {
  await using worlds = openRedisWorlds(server.url, "reversed");
  const world = worlds.open();
  const reversed = { ...world, transport: (who: "A" | "B") => handingOutBackwards(world.transport(who)) };
  const sequence = fixedSequences["what was retried and what lapsed come back in the order of sending"] ?? [];
  expect(await playSequence(sequence, reversed, "reversed")).toMatchObject({ index: 1 });
});

test("what both worlds show is no agreement if no world may show it", () => {
  const fine = { seen: { error: "VERSION_CONFLICT" }, mailboxes: [], watches: [[]], troubles: [] };
  expect(failureIn(fine)).toBeUndefined();
  expect(failureIn({ ...fine, seen: { received: { thrown: "TypeError" } } })).toBe('thrown "TypeError"');
  expect(failureIn({ ...fine, watches: [[], { neverTold: ["a"], events: [] }] })).toBe('neverTold ["a"]');
  expect(failureIn({ ...fine, troubles: ["DATA_LOST: gone"] })).toBe('troubles ["DATA_LOST: gone"]');
});

test("books in which a message is missing do not balance, nor do those with one too many", () => {
  const state = (ready: number): State => ({
    mailboxes: [{ agentId: "ann.x", ready, delayed: 0, inFlight: 0, dead: 0, orphaned: false }],
    watches: [],
    troubles: [],
  });
  const note = { from: "eve", to: "ann", priority: "medium", expires: false } as const;
  const send = { do: "send", by: "A", note } as const;
  const receipt = { id: "m0", duplicate: false, stored: 1, refused: [] };
  expect(new Account().enter(send, receipt, undefined, state(1))).toBeUndefined();
  expect(new Account().enter(send, receipt, undefined, state(0))).toBe(
    "1 messages are accepted and not settled, 0 are there",
  );
  expect(new Account().enter(send, receipt, undefined, state(2))).toBe(
    "1 messages are accepted and not settled, 2 are there",
  );
});

function handingOutBackwards(transport: Transport): Transport {
  return new Proxy(transport, {
    get(target, name) {
      if (name === "receive") {
        return async (...args: Parameters<Transport["receive"]>) => (await target.receive(...args)).reverse();
      }
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}
