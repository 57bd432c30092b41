import assert from "node:assert/strict";
import type { AgentCommError, RecordEvent } from "@agentcomm/protocol";
import { casesOf } from "../conformance-case.js";
import { eventually } from "../eventually.js";
import { lookInto, pair } from "../play.js";
import { rejection } from "../rejection.js";

/** Hears events, and keeps what they amount to. */
function audience(): {
  readonly hear: (event: RecordEvent) => void;
  readonly events: RecordEvent[];
  /** The values of the records that exist, as told. */
  readonly state: () => Record<string, unknown>;
} {
  const events: RecordEvent[] = [];
  const state = new Map<string, unknown>();
  return {
    events,
    state: () => Object.fromEntries([...state].sort(([a], [b]) => (a < b ? -1 : 1))),
    hear(event) {
      events.push(event);
      if (event.kind === "put") state.set(event.key, event.record.value);
      else state.delete(event.key);
    },
  };
}

export const watchCases = casesOf("watch", [
  {
    title: "a watcher has been told the present state, each record once, when watch resolves",
    async run(scene) {
      const { sender, receiver } = await pair(scene);
      await sender.records.put("jobs", "a", 0);
      const version = await sender.records.put("jobs", "a", 1);
      await sender.records.put("jobs", "b", 2);
      await sender.records.put("jobs", "gone", 3);
      await sender.records.delete("jobs", "gone");
      await sender.records.put("other", "c", 4);
      const { hear, events, state } = audience();
      await receiver.records.watch("jobs", hear);
      assert.deepEqual(state(), { a: 1, b: 2 });
      assert.deepEqual(events.map(({ kind, key }) => `${kind} ${key}`).sort(), ["put a", "put b"]);
      assert.deepEqual(events.find(({ key }) => key === "a")?.record, { key: "a", value: 1, version });
    },
  },
  {
    title: "a watcher is told what other processes change, and that they delete",
    async run(scene) {
      const { sender, receiver } = await pair(scene);
      await sender.records.put("jobs", "a", 1);
      const { hear, events, state } = audience();
      await receiver.records.watch("jobs", hear);
      await sender.records.put("jobs", "b", 2);
      await eventually(scene.patienceMs, () => assert.deepEqual(state(), { a: 1, b: 2 }));
      await sender.records.put("jobs", "a", 3);
      await eventually(scene.patienceMs, () => assert.deepEqual(state(), { a: 3, b: 2 }));
      await sender.records.delete("jobs", "b");
      await eventually(scene.patienceMs, () => assert.deepEqual(state(), { a: 3 }));
      assert.deepEqual(events.at(-1), { kind: "delete", key: "b" });
    },
  },
  {
    title: "a watcher reaches the newest state of every key, its versions never going back",
    async run(scene) {
      const { sender, receiver } = await pair(scene);
      const { hear, events, state } = audience();
      await receiver.records.watch("jobs", hear);
      const keys = ["a", "b", "c"];
      await Promise.all(
        keys.map(async (key) => {
          for (let n = 0; n <= 20; n += 1) await sender.records.put("jobs", key, n);
        }),
      );
      await sender.records.delete("jobs", "b");
      await sender.records.delete("jobs", "c");
      await sender.records.put("jobs", "c", "again");
      await eventually(scene.patienceMs, () => assert.deepEqual(state(), { a: 20, c: "again" }));
      for (const key of keys) {
        const versions = events.flatMap((event) => (event.key === key && event.record ? [event.record.version] : []));
        assert.deepEqual(
          versions,
          [...versions].sort((a, b) => a - b),
        );
      }
    },
  },
  {
    title: "a change made while the present state is being told is told too",
    async run(scene) {
      const { sender, receiver } = await pair(scene);
      const { hear, state } = audience();
      const watching = receiver.records.watch("jobs", hear);
      await sender.records.put("jobs", "a", 1);
      await watching;
      await sender.records.put("jobs", "b", 2);
      await eventually(scene.patienceMs, () => assert.deepEqual(state(), { a: 1, b: 2 }));
    },
  },
  {
    title: "a watcher is told that a record expired, whoever put it and whenever",
    requires: { recordTtl: true },
    async run(scene) {
      const { sender, receiver } = await pair(scene);
      await sender.records.put("jobs", "a", 1, { ttlMs: 150 });
      const { hear, events, state } = audience();
      await receiver.records.watch("jobs", hear);
      assert.deepEqual(state(), { a: 1 });
      await eventually(scene.patienceMs, () => assert.deepEqual(state(), {}));
      await sender.records.put("jobs", "b", 2);
      await eventually(scene.patienceMs, () => assert.deepEqual(state(), { b: 2 }));
      await sender.records.put("jobs", "b", 3, { ttlMs: 150 });
      await eventually(scene.patienceMs, () => assert.deepEqual(state(), {}));
      assert.deepEqual(
        events.filter(({ kind }) => kind !== "put"),
        [
          { kind: "expire", key: "a" },
          { kind: "expire", key: "b" },
        ],
      );
    },
  },
  {
    title: "a watcher with a prefix is told of no other keys",
    async run(scene) {
      const { sender, receiver } = await pair(scene);
      await sender.records.put("jobs", "b.0", 0);
      const { hear, events, state } = audience();
      await receiver.records.watch("jobs", hear, { prefix: "a." });
      for (const key of ["b.1", "a.1", "a", "a.2", "b.2"]) await sender.records.put("jobs", key, key);
      await sender.records.delete("jobs", "b.0");
      await sender.records.delete("jobs", "a.1");
      await eventually(scene.patienceMs, () => assert.deepEqual(state(), { "a.2": "a.2" }));
      assert.ok(events.every(({ key }) => key.startsWith("a.")));
    },
  },
  {
    title: "a watch that was ended tells nothing more, and the others go on",
    async run(scene) {
      const { sender, receiver } = await pair(scene);
      const ended = audience();
      const going = audience();
      const end = await receiver.records.watch("jobs", ended.hear);
      await receiver.records.watch("jobs", going.hear);
      await end();
      await sender.records.put("jobs", "a", 1);
      await eventually(scene.patienceMs, () => assert.deepEqual(going.state(), { a: 1 }));
      assert.deepEqual(ended.events, []);
      await end();
    },
  },
  {
    title: "a listener that throws is reported, and is told of later changes all the same",
    async run(scene) {
      const { sender } = await pair(scene);
      const troubles: AgentCommError[] = [];
      const watcher = await scene.transport({ onError: (error) => troubles.push(error) });
      const { hear, state } = audience();
      await watcher.records.watch("jobs", (event) => {
        hear(event);
        throw new Error("boom");
      });
      await sender.records.put("jobs", "a", 1);
      await eventually(scene.patienceMs, () => assert.deepEqual(state(), { a: 1 }));
      await sender.records.put("jobs", "b", 2);
      await eventually(scene.patienceMs, () => assert.deepEqual(state(), { a: 1, b: 2 }));
      assert.deepEqual([...new Set(troubles.map((error) => error.code))], ["HANDLER_FAILED"]);
    },
  },
  {
    title: "what a watcher could not be told during an outage is made good after it",
    breaksLine: true,
    async run(scene) {
      const observer = await scene.transport();
      await lookInto(observer, "bob");
      for (const key of ["a", "b"]) await observer.records.put("jobs", key, 1);
      const { transport, stall, mend } = await scene.breakable({ timeoutMs: 400 });
      const { hear, state } = audience();
      await transport.records.watch("jobs", hear, { timeoutMs: scene.patienceMs });
      await stall();
      await observer.records.put("jobs", "a", 2);
      await observer.records.delete("jobs", "b");
      await observer.records.put("jobs", "c", 3);
      await rejection(() => transport.records.get("jobs", "a"));
      await mend();
      await eventually(scene.patienceMs, () => assert.deepEqual(state(), { a: 2, c: 3 }));
    },
  },
]);
