import assert from "node:assert/strict";
import { casesOf } from "../conformance-case.js";
import { pair } from "../play.js";
import { rejection } from "../rejection.js";

export const recordCases = casesOf("records", [
  {
    title: "a record that was put is there for every process, with its version",
    async run(scene) {
      const { sender, receiver } = await pair(scene);
      assert.equal(await sender.records.get("jobs", "one"), undefined);
      const value = { n: 1, text: "Größe ✓", list: [null, true, { a: -0.5 }] };
      const version = await sender.records.put("jobs", "one", value);
      assert.deepEqual(await receiver.records.get("jobs", "one"), { key: "one", value, version });
      assert.equal(await receiver.records.get("other", "one"), undefined);
    },
  },
  {
    title: "a record may be any JSON value",
    async run(scene) {
      const { sender } = await pair(scene);
      for (const value of [null, false, 0, "", [], {}]) {
        await sender.records.put("jobs", "one", value);
        assert.deepEqual((await sender.records.get("jobs", "one"))?.value, value);
      }
    },
  },
  {
    title: "a version grows with every change, and never repeats for a key, also after it was deleted",
    async run(scene) {
      const { sender, receiver } = await pair(scene);
      const versions: number[] = [];
      for (const transport of [sender, receiver, sender]) {
        versions.push(await transport.records.put("jobs", "one", 1));
        versions.push(await transport.records.put("jobs", "one", 1));
        assert.equal(await transport.records.delete("jobs", "one"), true);
      }
      assert.ok(versions[0] !== undefined && versions[0] > 0);
      assert.deepEqual(
        versions,
        [...new Set(versions)].sort((a, b) => a - b),
      );
    },
  },
  {
    title: "ifVersion replaces exactly the version that the caller knows",
    async run(scene) {
      const { sender } = await pair(scene);
      const { records } = sender;
      const first = await records.put("jobs", "one", 1);
      const second = await records.put("jobs", "one", 2, { ifVersion: first });
      const error = await rejection(() => records.put("jobs", "one", 3, { ifVersion: first }), "VERSION_CONFLICT");
      assert.equal(error.retryable, true);
      assert.deepEqual(await records.get("jobs", "one"), { key: "one", value: 2, version: second });
    },
  },
  {
    title: "ifVersion 0 creates, and is refused where there is a record",
    async run(scene) {
      const { sender } = await pair(scene);
      const { records } = sender;
      await records.put("jobs", "one", 1, { ifVersion: 0 });
      await rejection(() => records.put("jobs", "one", 2, { ifVersion: 0 }), "VERSION_CONFLICT");
      await rejection(() => records.put("jobs", "two", 2, { ifVersion: 1 }), "VERSION_CONFLICT");
      await records.delete("jobs", "one");
      await records.put("jobs", "one", 3, { ifVersion: 0 });
      assert.equal((await records.get("jobs", "one"))?.value, 3);
    },
  },
  {
    title: "delete says whether there was a record, and heeds ifVersion",
    async run(scene) {
      const { sender } = await pair(scene);
      const { records } = sender;
      assert.equal(await records.delete("jobs", "one"), false);
      const version = await records.put("jobs", "one", 1);
      await rejection(() => records.delete("jobs", "one", { ifVersion: version + 1 }), "VERSION_CONFLICT");
      assert.notEqual(await records.get("jobs", "one"), undefined);
      assert.equal(await records.delete("jobs", "one", { ifVersion: version }), true);
      assert.equal(await records.get("jobs", "one"), undefined);
      await rejection(() => records.delete("jobs", "one", { ifVersion: version }), "VERSION_CONFLICT");
    },
  },
  {
    title: "of processes that replace the same version one succeeds",
    async run(scene) {
      const { sender, receiver } = await pair(scene);
      await sender.records.put("jobs", "count", 0);
      const increment = async (transport: typeof sender): Promise<void> => {
        for (;;) {
          const record = await transport.records.get<number>("jobs", "count");
          assert.ok(record);
          const put = transport.records.put("jobs", "count", record.value + 1, { ifVersion: record.version });
          const error = await put.then(
            () => undefined,
            (thrown: unknown) => thrown,
          );
          if (error === undefined) return;
          await rejection(() => Promise.reject(error), "VERSION_CONFLICT");
        }
      };
      await Promise.all(
        [sender, receiver].map(async (transport) => {
          for (let n = 0; n < 10; n += 1) await increment(transport);
        }),
      );
      assert.equal((await sender.records.get("jobs", "count"))?.value, 20);
    },
  },
  {
    title: "records are listed in the order of their keys, by prefix and page by page",
    async run(scene) {
      const { sender, receiver } = await pair(scene);
      const { records } = receiver;
      assert.deepEqual(await records.list("jobs"), []);
      const keys = ["b", "a.2", "Z", "a", "a-1", "a_1", "a.10", "0", "ab"];
      for (const [n, key] of keys.entries()) await sender.records.put("jobs", key, n);
      await sender.records.put("other", "a", 0);
      await sender.records.put("jobs", "gone", 0);
      await sender.records.delete("jobs", "gone");
      const list = async (options?: Parameters<typeof records.list>[1]) =>
        (await records.list("jobs", options)).map((record) => record.key);
      const sorted = [...keys].sort();
      assert.deepEqual(await list(), sorted);
      assert.deepEqual(await list({ limit: 3 }), sorted.slice(0, 3));
      assert.deepEqual(await list({ limit: 4, after: sorted[2] as string }), sorted.slice(3, 7));
      assert.deepEqual(await list({ after: sorted.at(-1) as string }), []);
      assert.deepEqual(await list({ prefix: "a" }), ["a", "a-1", "a.10", "a.2", "a_1", "ab"]);
      assert.deepEqual(await list({ prefix: "a.", limit: 1 }), ["a.10"]);
      assert.deepEqual(await list({ prefix: "a.", after: "a.10" }), ["a.2"]);
      assert.deepEqual(await list({ prefix: "a.", after: "0" }), ["a.10", "a.2"]);
      assert.deepEqual((await records.list("jobs", { prefix: "Z" }))[0]?.value, 2);
    },
  },
]);
