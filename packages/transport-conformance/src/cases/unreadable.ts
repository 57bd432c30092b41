import assert from "node:assert/strict";
import { encodeMessage, type Transport, type TransportOptions } from "@agentcomm/protocol";
import { casesOf } from "../conformance-case.js";
import { eventually } from "../eventually.js";
import { holds, NOTHING, note, nothingFor, numbersOf, pair, receiveOne } from "../play.js";
import type { Scene } from "../scene.js";

type Fields = Readonly<Record<string, Uint8Array>>;

const bytes = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text));

/** The wire text of a message whose content is nested as deep as told. */
function nested(depth: number): Uint8Array {
  return bytes(wire(`${'{"a":'.repeat(depth)}1${"}".repeat(depth)}`));
}

function wire(content: string): string {
  const head = '"message_id":"m","from_agent":"alice","to_agent":"bob","message_type":"note"';
  return `{${head},"priority":"medium","timestamp":"2025-01-02T03:04:05.678Z","content":${content}}`;
}

const NO_TEXT = Uint8Array.from([0xff, 0xfe, 0x00, 0x7b, 0xc3, 0x28, 0x80, 0x0a]);

/** What strangers have been seen to write, and what they might. Each is handled or kept, and nothing else happens. */
const HOSTILE: readonly Uint8Array[] = [
  new Uint8Array(0),
  NO_TEXT,
  bytes("null"),
  bytes("[]"),
  bytes('"text"'),
  bytes(wire("{}").slice(0, -1)),
  bytes(`${wire("{}")}}`),
  bytes(`\uFEFF${wire("{}")}`),
  bytes(wire('{"__proto__":{"polluted":true}}')),
  bytes(wire('{"constructor":{"prototype":{"polluted":true}}}')),
  bytes(wire('{"then":"x","toJSON":"y"}')),
  bytes(wire('{"n":1e400}')),
  bytes(wire('{"n":NaN}')),
  bytes(wire("{}").replace('"alice"', '"../../alice"')),
  bytes(wire("{}").replace('"medium"', '"urgent"')),
  bytes(wire("{}").replace("2025-01-02", "2025-99-99")),
  bytes("[".repeat(100_000)),
];

/** Fails unless the entry is kept byte for byte, is not handed out, and does not hold up a good message. */
async function isKept(scene: Scene, fields: Fields, options?: TransportOptions): Promise<Transport> {
  const { sender, receiver } = await pair(scene, options);
  await scene.putRaw("bob", fields);
  await sender.send(note(1));
  const delivery = await receiveOne(scene, receiver, "bob", { limit: 10 });
  assert.deepEqual(numbersOf([delivery]), [1]);
  await delivery.ack();
  await nothingFor(receiver);
  const [letter, ...more] = await sender.deadLetters("bob");
  assert.deepEqual(more, []);
  assert.equal(letter?.reason, "unreadable");
  assert.notEqual(letter.detail, "");
  assert.deepEqual(plain(letter.raw), plain(fields));
  return receiver;
}

/** Bytes as numbers, so that a Buffer equals a Uint8Array of the same bytes. */
function plain(fields: Fields): Record<string, number[]> {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, [...value]]));
}

export const unreadableCases = casesOf("unreadable is kept", [
  {
    title: "bytes that are no text go to the dead letters, byte for byte, with the fields beside them",
    async run(scene) {
      await isKept(scene, { message: NO_TEXT, remark: Uint8Array.from([0, 255, 13, 10]) });
    },
  },
  {
    title: "an entry without a message goes to the dead letters with the fields it has",
    async run(scene) {
      await isKept(scene, { body: bytes("hello"), remark: new Uint8Array(0) });
    },
  },
  {
    title: "a stored message that is too large goes to the dead letters whole",
    async run(scene) {
      await isKept(scene, { message: bytes(wire(`{"a":"${"x".repeat(20_000)}"}`)) }, { maxMessageBytes: 1_000 });
    },
  },
  {
    title: "a stored message that is nested too deep goes to the dead letters",
    async run(scene) {
      await isKept(scene, { message: nested(60) });
    },
  },
  {
    title: "whatever is stored is handled or kept, and the next good message is handled",
    async run(scene) {
      const { sender, receiver } = await pair(scene);
      for (const message of HOSTILE) await scene.putRaw("bob", { message });
      await sender.send(note(99));
      let handled = 0;
      for (let last: unknown; last !== 99; handled += 1) {
        const delivery = await receiveOne(scene, receiver);
        [last] = numbersOf([delivery]);
        await delivery.ack();
      }
      const dead = await sender.deadLetters("bob");
      assert.equal(handled - 1 + dead.length, HOSTILE.length);
      assert.ok(dead.every((letter) => letter.reason === "unreadable"));
      assert.equal((Object.prototype as { polluted?: unknown }).polluted, undefined);
    },
  },
  {
    title: "a stranger's plain wire text is a message",
    async run(scene) {
      const { receiver } = await pair(scene);
      const message = { ...note(5), id: "m5", priority: "medium", timestamp: "2025-01-02T03:04:05.678Z" } as const;
      await scene.putRaw("bob", { message: bytes(encodeMessage(message)) });
      const delivery = await receiveOne(scene, receiver);
      assert.deepEqual(JSON.parse(JSON.stringify(delivery.message)), message);
      assert.equal(delivery.attempt, 1);
      await delivery.ack();
    },
  },
  {
    title: "an unreadable dead letter is put back only when it is named, and is kept again",
    async run(scene) {
      const fields = { message: NO_TEXT };
      const receiver = await isKept(scene, fields);
      assert.equal(await receiver.redrive("bob"), 0);
      const [letter] = await receiver.deadLetters("bob");
      assert.ok(letter);
      assert.equal(await receiver.redrive("bob", [letter.id]), 1);
      await eventually(scene.patienceMs, async () => {
        await nothingFor(receiver);
        assert.deepEqual(await holds(receiver), { ...NOTHING, dead: 1 });
      });
      const [again] = await receiver.deadLetters("bob");
      assert.equal(again?.reason, "unreadable");
      assert.deepEqual(plain(again.raw), plain(fields));
    },
  },
]);
