import assert from "node:assert/strict";
import { casesOf } from "../conformance-case.js";
import { eventually } from "../eventually.js";
import { drain, holds, lookInto, NOTHING, note, nothingFor, pair, receiveOne } from "../play.js";
import { rejection } from "../rejection.js";

/** Changes what can be changed in a message or record, however deep; what is frozen stays. */
function vandalize(value: unknown): void {
  if (typeof value !== "object" || value === null) return;
  for (const key of Object.keys(value)) {
    vandalize(Reflect.get(value, key));
    Reflect.set(value, key, "vandalized");
  }
}

const content = () => ({ n: 1, list: [1, { deep: "as sent" }], text: "as sent" });

export const isolationCases = casesOf("isolation", [
  {
    title: "the mailboxes of two namespaces never meet",
    async run(scene) {
      const { sender, receiver } = await pair(scene);
      const neighbour = await scene.neighbour();
      await lookInto(neighbour, "bob");
      await neighbour.send(note(1));
      await sender.send(note(2), { idempotencyKey: "key" });
      await neighbour.send(note(3), { idempotencyKey: "key" });
      await neighbour.openMailbox("carol");
      assert.deepEqual(await drain(receiver), [2]);
      assert.equal(await holds(sender, "carol"), undefined);
      assert.deepEqual(await holds(neighbour), { ...NOTHING, ready: 2 });
      await sender.deleteMailbox("bob", { discard: true });
      assert.deepEqual(await drain(neighbour), [1, 3]);
    },
  },
  {
    title: "broadcasts and topics stay within their namespace",
    async run(scene) {
      const { sender, receiver } = await pair(scene);
      const neighbour = await scene.neighbour();
      await lookInto(neighbour, "bob", "carol");
      await neighbour.openMailbox("carol", { topics: ["news"] });
      await receiver.openMailbox("bob", { topics: ["news"] });
      for (const to of ["*", "#news"]) assert.equal((await sender.send(note(1, { to }))).stored, 1);
      assert.deepEqual(await drain(receiver), [1, 1]);
      await nothingFor(neighbour, "bob");
      await nothingFor(neighbour, "carol");
    },
  },
  {
    title: "the records of two namespaces never meet",
    async run(scene) {
      const { sender } = await pair(scene);
      const neighbour = await scene.neighbour();
      const told: string[] = [];
      await neighbour.records.watch("jobs", (event) => told.push(event.key));
      await sender.records.put("jobs", "one", { n: 1 });
      assert.equal(await neighbour.records.get("jobs", "one"), undefined);
      await neighbour.records.put("jobs", "two", { n: 2 }, { ifVersion: 0 });
      assert.deepEqual(
        (await sender.records.list("jobs")).map((record) => record.key),
        ["one"],
      );
      await eventually(scene.patienceMs, () => assert.deepEqual([...new Set(told)], ["two"]));
    },
  },
  {
    title: "a token means nothing in another namespace",
    async run(scene) {
      const { sender, receiver } = await pair(scene);
      const neighbour = await scene.neighbour();
      await lookInto(neighbour, "bob");
      await Promise.all([sender.send(note(1)), neighbour.send(note(1))]);
      const { token } = await receiveOne(scene, receiver);
      await receiveOne(scene, neighbour);
      await rejection(() => neighbour.settle(token, { kind: "ack" }), "LEASE_LOST", "INVALID_OPTIONS");
      assert.deepEqual(await holds(neighbour), { ...NOTHING, inFlight: 1 });
      assert.deepEqual(await holds(receiver), { ...NOTHING, inFlight: 1 });
    },
  },
  {
    title: "what a sender does to its message after sending changes nothing",
    async run(scene) {
      const { sender, receiver } = await pair(scene);
      const message = { ...note(), content: content() };
      const sending = sender.send(message);
      vandalize(message);
      await sending;
      assert.deepEqual({ ...(await receiveOne(scene, receiver)).message.content }, content());
    },
  },
  {
    title: "what a receiver does to a message changes it for nobody else",
    async run(scene) {
      const { sender, receiver } = await pair(scene, {}, ["bob", "carol"]);
      await sender.send(note(1, { to: "*", content: content() }));
      const first = await receiveOne(scene, receiver);
      vandalize(first.message);
      assert.deepEqual({ ...(await receiveOne(scene, receiver, "carol")).message.content }, content());
      await first.retry();
      assert.deepEqual({ ...(await receiveOne(scene, receiver)).message.content }, content());
    },
  },
  {
    title: "what a process does to a record's value changes it for nobody else",
    async run(scene) {
      const { sender, receiver } = await pair(scene);
      const value = content();
      const putting = sender.records.put("jobs", "one", value);
      vandalize(value);
      await putting;
      const events: unknown[] = [];
      await sender.records.watch("jobs", ({ record }) => events.push(record?.value));
      vandalize(events[0]);
      vandalize((await sender.records.get("jobs", "one"))?.value);
      vandalize((await receiver.records.list("jobs"))[0]?.value);
      assert.deepEqual((await receiver.records.get("jobs", "one"))?.value, content());
    },
  },
  {
    title: "what is done to the bytes of a dead letter changes nothing",
    async run(scene) {
      const { sender, receiver } = await pair(scene);
      await sender.send(note(1));
      await (await receiveOne(scene, receiver)).reject("no");
      const [letter] = await receiver.deadLetters("bob");
      letter?.raw.message?.fill(0);
      assert.equal(await receiver.redrive("bob"), 1);
      assert.deepEqual(await drain(receiver), [1]);
    },
  },
]);
