import { Redis } from "ioredis";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createRedisDriver, createRedisTransport, type RedisTransportOptions } from "../src/index.js";
import { note, numberOf, openScene, type RedisScene } from "./scene.js";

let scene: RedisScene;
beforeAll(async () => {
  scene = await openScene();
});
afterAll(() => scene[Symbol.asyncDispose]());

const SOME = [{ host: "b" }];
const SENTINEL = { name: "a", sentinels: SOME };

test.each<[string, RedisTransportOptions, string]>([
  ["no URL", { url: "redis" }, "url is"],
  ["another protocol", { url: "http://localhost" }, "redis://host:port"],
  ["a database that is no number", { url: "redis://localhost/one" }, "database"],
  ["two ways to connect", { url: "redis://localhost", sentinel: SENTINEL }, "sentinel"],
  ["a cluster without nodes", { cluster: { nodes: [] } }, "cluster.nodes"],
  ["no sentinels", { sentinel: { name: "a", sentinels: [] } }, "sentinel.sentinels"],
  ["a number for a URL", { url: 6379 as never }, "url"],
  ["a number for a password", { password: 1234 as never }, "password"],
  ["a number for a cluster", { cluster: 5 as never }, "cluster.nodes"],
  ["a node without a host", { cluster: { nodes: [{ port: 1 } as never] } }, "cluster.nodes"],
  ["a port that is none", { cluster: { nodes: [{ host: "a", port: 70_000 }] } }, "cluster.nodes.port"],
  ["a sentinel without a name", { sentinel: { sentinels: [{ host: "b" }] } as never }, "sentinel.name"],
  ["true for TLS", { tls: true as never }, "tls"],
  ["null for TLS", { tls: null as never }, "tls"],
  ["a number for a map of a cluster", { cluster: { nodes: SOME, natMap: 5 as never } }, "cluster.natMap"],
  ["a map to nowhere", { cluster: { nodes: SOME, natMap: { "a:1": { port: 1 } as never } } }, "cluster.natMap"],
  ["a map to no port", { cluster: { nodes: SOME, natMap: { "a:1": { host: "b" } as never } } }, "cluster.natMap.port"],
  ["a number for a sentinel's user", { sentinel: { ...SENTINEL, username: 5 as never } }, "sentinel.username"],
  ["a number for a sentinel's password", { sentinel: { ...SENTINEL, password: 5 as never } }, "sentinel.password"],
  ["true for a sentinel's TLS", { sentinel: { ...SENTINEL, tls: true as never } }, "sentinel.tls"],
  ["a number for a sentinel's map", { sentinel: { ...SENTINEL, natMap: 5 as never } }, "sentinel.natMap"],
  ["a client that is none", { client: {} as never }, "client"],
  ["null for options", null as never, "options"],
  ["a stall that is no number", { stallMs: Number.NaN }, "stallMs"],
  ["a clock without a hand", { clock: {} as never }, "clock.now"],
  ["null for a clock", { clock: null as never }, "clock"],
  ["a number for a source of numbers", { random: 5 as never }, "random"],
])("%s is refused with the option's name", (_, options, text) => {
  for (const create of [createRedisTransport, createRedisDriver]) {
    expect(() => create(options)).toThrow(
      expect.objectContaining({ code: "INVALID_OPTIONS", message: expect.stringContaining(text) }),
    );
  }
});

test("a namespace outside the grammar is refused", () => {
  expect(() => createRedisTransport({ namespace: "a:{b}" })).toThrow(
    expect.objectContaining({ code: "INVALID_AGENT_ID" }),
  );
});

test("an error never shows the password of a URL", () => {
  expect(() => createRedisTransport({ url: "http://user:s3cret@localhost" })).toThrow(
    expect.not.objectContaining({ message: expect.stringContaining("s3cret") }),
  );
});

test("a client lends its settings, and is neither used nor closed", async () => {
  const client = new Redis(scene.server.url, { keyPrefix: "mine:", db: 3, lazyConnect: true });
  const transport = createRedisTransport({ client, namespace: scene.namespace });
  await transport.send(note("bob", 1));
  await transport.close();
  expect(client.status).toBe("wait");
  await client.connect();
  expect(await client.keys("mine:*")).toEqual([]);
  const plain = new Redis(scene.server.url, { db: 3 });
  expect(await plain.keys(`${scene.namespace}:*:q:bob:m`)).toHaveLength(1);
  client.disconnect();
  plain.disconnect();
});

test("a wrong password is told by the deadline, with what the server said", async () => {
  const url = scene.server.url.replace("//", "//nobody:wrong@");
  const transport = createRedisTransport({ url, timeoutMs: 300 });
  await expect(transport.open()).rejects.toMatchObject({
    code: "CONNECTION_LOST",
    message: expect.stringContaining("WRONGPASS"),
  });
  await transport.close();
});

/** A user with this password and no other; those who are logged in as it are put out. */
async function setPassword({ client }: RedisScene, password: string): Promise<void> {
  await client.call("ACL", "SETUSER", "agents", "on", "resetpass", `>${password}`, "~*", "&*", "+@all");
  await client.call("CLIENT", "KILL", "USER", "agents");
}

test("a password that is a function is asked for at each connection: one that is rotated takes effect by itself", async () => {
  let password = "first";
  let asked = 0;
  await setPassword(scene, password);
  const transport = scene.transport({
    username: "agents",
    timeoutMs: 10_000,
    async password() {
      asked += 1;
      return password;
    },
  });
  await transport.receive("dora");
  const waiting = transport.receive("dora", { waitMs: 20_000 });
  await setPassword(scene, "second");
  // The secret is told a while after the old password is gone.
  const before = asked;
  await expect.poll(() => asked).toBeGreaterThan(before + 2);
  password = "second";
  await transport.send(note("dora", 1));
  expect((await waiting).map(numberOf)).toEqual([1]);
});

test("a password in the url comes first, and nobody is asked", async () => {
  await setPassword(scene, "first");
  const url = scene.server.url.replace("//", "//agents:first@");
  const transport = scene.transport({
    url,
    password() {
      throw new Error("nobody should ask");
    },
  });
  await transport.send(note("emil", 1));
});

test.each<[string, () => string | Promise<string>, string]>([
  [
    "cannot be had",
    () => {
      throw new Error("the vault is sealed");
    },
    "the vault is sealed",
  ],
  ["is no string", () => undefined as unknown as string, "no string"],
  ["never comes", () => new Promise(() => {}), "more than 100 ms"],
])("a password that %s is told by the deadline", async (_, password, text) => {
  const transport = scene.transport({ username: "agents", password, timeoutMs: 300, stallMs: 100 });
  await expect(transport.open()).rejects.toMatchObject({
    code: "CONNECTION_LOST",
    message: expect.stringContaining(text),
  });
});

test("closing while the server is away ends when the last call does", async () => {
  await using own = await openScene();
  const transport = own.transport({ timeoutMs: 300 });
  await transport.receive("bob");
  const waiting = transport.receive("bob", { waitMs: 60_000 }).catch((error: unknown) => error);
  await own.server.kill();
  const startedAt = performance.now();
  await transport.close();
  expect(performance.now() - startedAt).toBeLessThan(1_000);
  expect(await waiting).toMatchObject({ code: expect.stringMatching(/^(CLOSED|CONNECTION_LOST)$/) });
  await expect(transport.send(note("bob", 1))).rejects.toMatchObject({ code: "CLOSED" });
});
