import { afterEach, expect, it, vi } from "vitest";
import { createMemoryDriver, createMemoryTransport } from "../src/index.js";

const call = { deadline: Number.POSITIVE_INFINITY };
const driver = createMemoryDriver();
afterEach(() => driver.close(call));

it("who missed more ends than are remembered is given everything anew", async () => {
  const { records } = driver;
  const value = new Uint8Array();
  await records.put("jobs", "kept", value, {}, call);
  const { cursor } = await records.changes("jobs", 0, call);
  for (let n = 0; n < 10_001; n += 1) {
    await records.put("jobs", `k${n}`, value, {}, call);
    await records.delete("jobs", `k${n}`, {}, call);
  }
  const missed = await records.changes("jobs", cursor, call);
  expect(missed.reset).toBe(true);
  expect(missed.changes.map(({ kind, key }) => `${kind} ${key}`)).toEqual(["put kept"]);
  await records.delete("jobs", "kept", {}, call);
  const since = await records.changes("jobs", missed.cursor, call);
  expect(since).toMatchObject({ reset: false, changes: [{ kind: "delete", key: "kept" }] });
});

it("a watcher is told of every end, however many there are at once", async () => {
  await using transport = createMemoryTransport();
  const keys = Array.from({ length: 12_000 }, (_, n) => `k${n}`);
  await Promise.all(keys.map((key) => transport.records.put("jobs", key, 1)));
  const known = new Set<string>();
  await transport.records.watch("jobs", ({ kind, key }) => (kind === "put" ? known.add(key) : known.delete(key)));
  expect(known.size).toBe(keys.length);
  await Promise.all(keys.map((key) => transport.records.delete("jobs", key)));
  await vi.waitFor(() => expect(known.size).toBe(0));
});
