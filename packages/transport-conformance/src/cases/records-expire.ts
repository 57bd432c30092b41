import assert from "node:assert/strict";
import { casesOf } from "../conformance-case.js";
import { eventually, throughout } from "../eventually.js";
import { pair } from "../play.js";
import { rejection } from "../rejection.js";

const TTL_MS = 250;

export const recordExpiryCases = casesOf("records expire", [
  {
    title: "a record is gone after its time to live, and not before",
    requires: { recordTtl: true },
    async run(scene) {
      const { sender, receiver } = await pair(scene);
      const putAt = performance.now();
      await sender.records.put("jobs", "one", 1, { ttlMs: TTL_MS });
      await eventually(scene.patienceMs, async () => {
        const found = await receiver.records.get("jobs", "one");
        const age = performance.now() - putAt;
        assert.equal(found, undefined);
        assert.ok(age >= TTL_MS - 5, `gone after only ${age} ms`);
      });
      assert.deepEqual(await receiver.records.list("jobs"), []);
      assert.equal(await sender.records.delete("jobs", "one"), false);
    },
  },
  {
    title: "a record with a time to live says when it expires",
    requires: { recordTtl: true },
    async run(scene) {
      const { sender, receiver } = await pair(scene);
      const before = Date.now();
      await sender.records.put("jobs", "one", 1, { ttlMs: 60_000 });
      const listed = await receiver.records.list("jobs");
      const found = await receiver.records.get("jobs", "one");
      for (const expiresAt of [listed[0]?.expiresAt, found?.expiresAt]) {
        assert.ok(expiresAt !== undefined, "there is no expiresAt");
        assert.ok(expiresAt >= before + 59_900 && expiresAt <= Date.now() + 60_100, `expiresAt is ${expiresAt}`);
      }
    },
  },
  {
    title: "a put sets the time to live anew, and one without it ends it",
    requires: { recordTtl: true },
    async run(scene) {
      const { sender } = await pair(scene);
      const { records } = sender;
      for (const key of ["ended", "prolonged"]) await records.put("jobs", key, 1, { ttlMs: TTL_MS });
      await records.put("jobs", "prolonged", 2, { ttlMs: 60_000 });
      await records.put("jobs", "ended", 2);
      await throughout(TTL_MS + 150, async () => {
        const found = await records.list("jobs");
        assert.deepEqual(
          found.map(({ key, value }) => [key, value]),
          [
            ["ended", 2],
            ["prolonged", 2],
          ],
        );
      });
      assert.equal((await records.get("jobs", "ended"))?.expiresAt, undefined);
    },
  },
  {
    title: "an expired record does not exist for ifVersion, and its version never repeats",
    requires: { recordTtl: true },
    async run(scene) {
      const { sender } = await pair(scene);
      const { records } = sender;
      const version = await records.put("jobs", "one", 1, { ttlMs: 50 });
      const again = await eventually(scene.patienceMs, () => records.put("jobs", "one", 2, { ifVersion: 0 }));
      assert.ok(again > version, `version ${again} came after ${version}`);
      await rejection(() => records.put("jobs", "one", 3, { ifVersion: version }), "VERSION_CONFLICT");
    },
  },
  {
    title: "a transport whose records cannot expire refuses ttlMs",
    requires: { recordTtl: false },
    async run(scene) {
      const { sender } = await pair(scene);
      await rejection(() => sender.records.put("jobs", "one", 1, { ttlMs: TTL_MS }), "NOT_SUPPORTED");
      assert.equal(await sender.records.get("jobs", "one"), undefined);
    },
  },
]);
