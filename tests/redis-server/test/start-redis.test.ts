import { existsSync } from "node:fs";
import { expect, test } from "vitest";
import { ask, openSharedRedis, startRedis } from "../src/index.js";
import { isAlive } from "./is-alive.js";

test("a private server answers on loopback until it is stopped, and leaves nothing behind", async () => {
  const server = await startRedis();
  expect(server.url).toBe(`redis://127.0.0.1:${server.port}`);
  expect(await ask(server, "PING")).toBe("+PONG");
  await server.stop();
  await server.stop();
  expect(isAlive(server.pid)).toBe(false);
  expect(existsSync(server.dir)).toBe(false);
  await expect(ask(server, "PING")).rejects.toThrow("ECONNREFUSED");
});

test("its configuration is the test's to choose", async () => {
  await using server = await startRedis({ config: { "maxmemory-policy": "allkeys-lru" } });
  expect(await ask(server, "INFO memory")).toContain("maxmemory_policy:allkeys-lru");
});

test("servers started at the same time do not share a port", async () => {
  const servers = await Promise.all(Array.from({ length: 4 }, () => startRedis()));
  expect(new Set(servers.map(({ port }) => port)).size).toBe(4);
  await Promise.all(servers.map((server) => server.stop()));
});

test("a wrong configuration rejects with what the server said", async () => {
  await expect(startRedis({ config: { "no-such-directive": "1" } })).rejects.toThrow("The Redis server did not start");
});

test("a paused server keeps its connections and answers after it resumed", async () => {
  await using paused = await startRedis();
  await using running = await startRedis();
  const order: string[] = [];
  paused.pause();
  const answer = ask(paused, "PING").then(() => order.push("paused"));
  for (let round = 0; round < 20; round++) await ask(running, "PING");
  order.push("running");
  paused.resume();
  await answer;
  expect(order).toEqual(["running", "paused"]);
});

test("a restarted server has its port, folder and durable data again", async () => {
  await using server = await startRedis({ config: { appendonly: "yes", appendfsync: "always" } });
  const { pid, port } = server;
  await ask(server, "SET kept yes");
  await server.kill();
  expect(isAlive(pid)).toBe(false);
  await server.restart();
  expect(server.pid).not.toBe(pid);
  expect(server.port).toBe(port);
  expect(await ask(server, "GET kept")).toBe("yes");
});

test("a server that belongs to somebody else is used and left running", async () => {
  await using foreign = await startRedis();
  const shared = await openSharedRedis({ ...process.env, REDIS_URL: foreign.url });
  expect(shared).toMatchObject({ url: foreign.url, foreign: true });
  await shared.stop();
  expect(await ask(foreign, "PING")).toBe("+PONG");
});

test("without REDIS_URL the shared server is a private one", async () => {
  await using shared = await openSharedRedis({ PATH: process.env.PATH });
  expect(shared.foreign).toBe(false);
});
