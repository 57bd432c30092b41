import { expect, test } from "vitest";
import { openScene } from "./scene.js";

test("a collection that stays empty leaves nothing behind, and its versions never repeat", async () => {
  await using scene = await openScene();
  const { records } = scene.transport();
  const kept = async () => {
    const keys = await scene.client.keys(`${scene.namespace}:*:rec:jobs:*`);
    const lives = await Promise.all(keys.map(async (key) => [key.split(":").at(-1), await scene.client.pttl(key)]));
    return Object.fromEntries(lives) as Record<string, number>;
  };
  const seen: string[] = [];
  const end = await records.watch("jobs", ({ kind, key }) => seen.push(`${kind} ${key}`));

  const first = await records.put("jobs", "a", 1);
  expect(await kept()).toMatchObject({ version: -1, log: -1 });
  await records.delete("jobs", "a");
  const { version = 0, log = 0, ...rest } = await kept();
  expect(rest).toEqual({});
  expect(Math.min(version, log)).toBeGreaterThan(0);

  await records.put("jobs", "b", 1);
  expect(await kept()).toMatchObject({ version: -1, log: -1 });
  await records.delete("jobs", "b");

  // As if the hour were over.
  const gone = await scene.client.keys(`${scene.namespace}:*:rec:jobs:*`);
  await scene.client.del(gone);
  expect(await records.put("jobs", "a", 2)).toBeGreaterThan(first);
  await expect.poll(() => seen.at(-1)).toBe("put a");
  await end();
});
