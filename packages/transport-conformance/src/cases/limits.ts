import assert from "node:assert/strict";
import { AgentCommError, type MessageInput, type Transport } from "@agentcomm/protocol";
import { casesOf } from "../conformance-case.js";
import { holds, NOTHING, note, pair, receiveOne } from "../play.js";
import { rejection } from "../rejection.js";

function nested(depth: number): Record<string, unknown> {
  let value: unknown = 1;
  for (let level = 0; level < depth; level += 1) value = { a: value };
  return value as Record<string, unknown>;
}

const withContent = (content: unknown): MessageInput => ({ ...note(), content: content as MessageInput["content"] });

function cyclic(): unknown {
  const value: Record<string, unknown> = {};
  value.self = value;
  return value;
}

const WRONG_NAMES = ["", "../etc", "a/b", "a:b", "a b", "{0}", "a..b", "ü", "\u202Eabc", "x".repeat(64)];

export const limitCases = casesOf("limits", [
  {
    title: "a message of 32 levels is carried, one of 33 is refused, and nothing of it is stored",
    async run(scene) {
      const { sender, receiver } = await pair(scene);
      // The message is the first level, its content the second.
      await sender.send(withContent(nested(31)));
      await (await receiveOne(scene, receiver)).ack();
      const error = await rejection(() => sender.send(withContent(nested(32))), "MESSAGE_TOO_LARGE");
      assert.equal(error.outcome, "none");
      assert.deepEqual(await holds(sender), NOTHING);
    },
  },
  {
    title: "a message that is too large is refused, and nothing is stored",
    async run(scene) {
      const { sender, receiver } = await pair(scene, { maxMessageBytes: 10_000 });
      await sender.send(withContent({ text: "x".repeat(9_000) }));
      await (await receiveOne(scene, receiver)).ack();
      const error = await rejection(() => sender.send(withContent({ text: "é".repeat(6_000) })), "MESSAGE_TOO_LARGE");
      assert.equal(error.outcome, "none");
      assert.deepEqual(await holds(sender), NOTHING);
    },
  },
  {
    title: "what is no message is refused, and nothing is stored",
    async run(scene) {
      const { sender } = await pair(scene);
      const wrong: unknown[] = [
        undefined,
        null,
        "text",
        { ...note(), type: "Not A Type" },
        { ...note(), priority: "urgent" },
        { ...note(), timestamp: "yesterday" },
        { ...note(), id: "" },
        { ...note(), from: undefined },
        withContent([]),
        withContent("text"),
        withContent(cyclic()),
        withContent({ n: 1n }),
        withContent(Promise.resolve({})),
      ];
      for (const message of wrong) {
        const error = await rejection(() => sender.send(message as MessageInput));
        assert.equal(error.retryable, false);
        assert.equal(error.outcome ?? "none", "none");
      }
      assert.deepEqual(await holds(sender), NOTHING);
    },
  },
  {
    title: "a name outside the grammar is refused by every method that takes one",
    async run(scene) {
      const { sender } = await pair(scene);
      const takers: Record<string, (transport: Transport, name: string) => unknown> = {
        "send from": (transport, name) => transport.send(note(1, { from: name })),
        "send to": (transport, name) => transport.send(note(1, { to: name })),
        openMailbox: (transport, name) => transport.openMailbox(name),
        topics: (transport, name) => transport.openMailbox("bob", { topics: [name] }),
        deleteMailbox: (transport, name) => transport.deleteMailbox(name),
        receive: (transport, name) => transport.receive(name),
        subscribe: (transport, name) => transport.subscribe(name, async () => {}).stop(),
        deadLetters: (transport, name) => transport.deadLetters(name),
        redrive: (transport, name) => transport.redrive(name),
        purgeDeadLetters: (transport, name) => transport.purgeDeadLetters(name),
        collection: (transport, name) => transport.records.get(name, "one"),
        key: (transport, name) => transport.records.put("jobs", name, 1),
      };
      for (const [taker, take] of Object.entries(takers)) {
        for (const name of WRONG_NAMES) {
          const error = await rejection(() => take(sender, name), "INVALID_AGENT_ID", "INVALID_MESSAGE");
          assert.notEqual(error.message, "", taker);
        }
      }
      const { mailboxes } = await sender.stats();
      assert.deepEqual(
        mailboxes.map((mailbox) => mailbox.agentId),
        ["bob"],
      );
    },
  },
  {
    title: "an option out of range is refused before anything happens",
    async run(scene) {
      const { sender, receiver } = await pair(scene);
      const wrong: Record<string, () => unknown> = {
        limit: () => receiver.receive("bob", { limit: 0 }),
        "limit too high": () => receiver.receive("bob", { limit: 10_001 }),
        waitMs: () => receiver.receive("bob", { waitMs: -1 }),
        leaseMs: () => receiver.receive("bob", { leaseMs: Number.NaN }),
        concurrency: () => receiver.subscribe("bob", async () => {}, { concurrency: 1.5 }),
        timeoutMs: () => sender.send(note(1), { timeoutMs: 0 }),
        idempotencyKey: () => sender.send(note(1), { idempotencyKey: "" }),
        "idempotencyKey in Greek": () => sender.send(note(1), { idempotencyKey: "κλειδί" }),
        capacity: () => receiver.openMailbox("bob", { capacity: 0 }),
        ifVersion: () => sender.records.put("jobs", "one", 1, { ifVersion: -1 }),
        "limit of a list": () => sender.records.list("jobs", { limit: 0 }),
      };
      for (const call of Object.values(wrong)) await rejection(call, "INVALID_OPTIONS");
      assert.deepEqual(await holds(sender), NOTHING);
      assert.equal(await sender.records.get("jobs", "one"), undefined);
    },
  },
  {
    title: "a value that is no JSON, or too large, is no record",
    async run(scene) {
      const { sender } = await pair(scene, { maxMessageBytes: 1_000 });
      for (const value of [undefined, 1n, cyclic(), () => {}, "x".repeat(2_000)]) {
        const error = await rejection(() => sender.records.put("jobs", "one", value));
        assert.equal(error.retryable, false, `${error.code}: ${error.message}`);
      }
      assert.equal(await sender.records.get("jobs", "one"), undefined);
    },
  },
  {
    title: "a value nested too deep is no record",
    async run(scene) {
      const { sender } = await pair(scene);
      await rejection(() => sender.records.put("jobs", "one", nested(60)), "MESSAGE_TOO_LARGE");
      assert.equal(await sender.records.get("jobs", "one"), undefined);
    },
  },
  {
    title: "content that claims to be a promise is carried like any other",
    async run(scene) {
      const { sender, receiver } = await pair(scene);
      const content = JSON.parse('{"then":"x","toJSON":"y"}');
      const sent = await sender.send(withContent(content)).catch((error: unknown) => error);
      if (AgentCommError.is(sent)) assert.equal(sent.code, "INVALID_MESSAGE");
      else assert.equal((await receiveOne(scene, receiver)).message.content.then, "x");
    },
  },
]);
