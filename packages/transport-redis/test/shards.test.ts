import { startRedisCluster } from "@agentcomm/test-redis";
import { Redis } from "ioredis";
import { expect, test } from "vitest";
import { shardOf } from "../src/index.js";
import { crc16, SHARDS } from "../src/shards.js";

test("the checksum of shards is the one that Redis Cluster uses for slots", async () => {
  await using cluster = await startRedisCluster({ primaries: 1 });
  const client = new Redis(cluster.nodes[0]?.url ?? "");
  for (const name of ["a", "worker-1", "0", "63", "A.b_c-9", "x".repeat(63)]) {
    expect(crc16(name) % 16_384, name).toBe(await client.cluster("KEYSLOT", name));
  }
  client.disconnect();
});

test("names lie in the shards that an implementation in another language must find", () => {
  expect(["worker-1", "supervisor", "alice", "bob"].map(shardOf)).toEqual([47, 11, 45, 59]);
});

test("a thousand agents spread over all shards", () => {
  const used = new Set(Array.from({ length: 1_000 }, (_, index) => shardOf(`agent-${index}`)));
  expect(used.size).toBe(SHARDS);
});
