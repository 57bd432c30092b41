// A transport of your own: a driver moves bytes, createTransport does the rest. This one puts a lock on another driver, so that
// messages lie encrypted in the store: whoever reads the store sees nothing, and what was tampered with becomes a dead letter.
// Run it: node 08-your-own-transport.ts
import { strict as assert } from "node:assert";
import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import { createTransport, type Driver, type TakenEntry, type Transport } from "@agentcomm/protocol";
import { createMemoryBroker, createMemoryDriver } from "@agentcomm/transport-memory";
import { createRedisDriver } from "@agentcomm/transport-redis";
import { redisPlace, settings } from "./open-transport.ts";

/** Encrypts what `inner` stores of messages, with AES-256-GCM. Records stay readable. */
function createLockedDriver(inner: Driver, key: Uint8Array): Driver {
  const lock = (plain: Uint8Array): Uint8Array => {
    const nonce = randomBytes(12);
    const cipher = createCipheriv("aes-256-gcm", key, nonce);
    const locked = Buffer.concat([cipher.update(plain), cipher.final()]);
    return Buffer.concat([nonce, cipher.getAuthTag(), locked]);
  };
  const unlock = (stored: Uint8Array): Uint8Array => {
    const decipher = createDecipheriv("aes-256-gcm", key, stored.subarray(0, 12));
    decipher.setAuthTag(stored.subarray(12, 28));
    return Buffer.concat([decipher.update(stored.subarray(28)), decipher.final()]);
  };
  const unlockEntry = (entry: TakenEntry): TakenEntry => {
    if (entry.payload === undefined) return entry;
    try {
      return { ...entry, payload: unlock(entry.payload) };
    } catch {
      return { ...entry, damaged: "it cannot be unlocked: the key is wrong, or somebody changed it" };
    }
  };
  const locked: Partial<Driver> = {
    name: `locked ${inner.name}`,
    append: (batch, call) =>
      inner.append(
        batch.map((entry) => ({ ...entry, payload: lock(entry.payload) })),
        call,
      ),
    take: async (agentId, options, call) => {
      const taken = await inner.take(agentId, options, call);
      return { ...taken, entries: taken.entries.map(unlockEntry) };
    },
  };
  // All other methods are the inner driver's, called on it.
  return new Proxy(inner, {
    get(target, name) {
      const value: unknown = Reflect.get(name in locked ? locked : target, name);
      return typeof value === "function" && !(name in locked) ? value.bind(target) : value;
    },
  });
}

const broker = createMemoryBroker();
const open = (key: Uint8Array): Transport =>
  createTransport(
    createLockedDriver(
      settings.mode === "redis" ? createRedisDriver(redisPlace(settings.redisUrl)) : createMemoryDriver({ broker }),
      key,
    ),
  );

const key = randomBytes(32);
await using alice = open(key);
await using eve = open(randomBytes(32));
const secret = { from: "alice", to: "bob", type: "note", content: { text: "meet me at noon" } };

await alice.send(secret);
const [delivery] = await alice.receive("bob");
console.log(`${alice.name}: ${delivery?.message.content.text}`);
assert.deepEqual(delivery?.message.content, secret.content);
await delivery?.ack();

// With the wrong key nothing can be read, and nothing is lost: it lies in the dead letters.
await alice.send(secret);
assert.deepEqual(await eve.receive("bob"), []);
const [dead] = await eve.deadLetters("bob");
assert.equal(dead?.reason, "unreadable");
assert.ok(dead !== undefined && !Buffer.from(dead.raw.message ?? []).includes("noon"));
await eve.deleteMailbox("bob", { discard: true });
