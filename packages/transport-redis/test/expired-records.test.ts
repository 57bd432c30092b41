import { expect, test } from "vitest";
import { openScene } from "./scene.js";

// More than three writes sweep.
const COUNT = 4_500;

test("a record that has expired is in nobody's way, however many others expired with it", async () => {
  await using scene = await openScene();
  const { records } = scene.transport();
  const keys = Array.from({ length: COUNT }, (_, each) => `k${each}`);
  const versions = await Promise.all(keys.map((key) => records.put("jobs", key, 1, { ttlMs: 5_000 })));
  const [ttl = ""] = await scene.client.keys(`${scene.namespace}:*:rec:jobs:ttl`);
  const data = ttl.replace(/ttl$/, "data");
  // As if the time to live of all of them were over, the last ones' latest.
  const past = Date.now() - 10_000;
  for (const [each, key] of keys.entries()) {
    await scene.client.zadd(ttl, past + each, key);
    await scene.client.hset(data, key, `${versions[each]} ${past + each} 1`);
  }
  const [last = "", other = "", third = ""] = keys.toReversed();
  expect(await records.put("jobs", last, 2, { ifVersion: 0 })).toBeGreaterThan(versions.at(-1) ?? 0);
  expect(await records.delete("jobs", other)).toBe(false);
  await expect(records.put("jobs", third, 2, { ifVersion: versions.at(-3) ?? 0 })).rejects.toMatchObject({
    code: "VERSION_CONFLICT",
  });
  expect((await records.list("jobs")).map(({ key }) => key)).toEqual([last]);
});
