import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { createMessage } from "@agentcomm/protocol";
import { startRedis } from "@agentcomm/test-redis";
import { Redis } from "ioredis";
import { describe, expect, test } from "vitest";
import { joinStore, openStore, transportKinds } from "../src/index.js";

const note = (text: string) => createMessage({ from: "sender", to: "receiver", type: "note", content: { text } });

describe.each(transportKinds)("on %s", (kind) => {
  test("two transports of one store meet", async () => {
    await using store = await openStore(kind);
    await store.transport().send(note("hello"));
    const [delivery] = await store.transport().receive("receiver", { waitMs: 2_000 });
    expect(delivery?.message.content).toEqual({ text: "hello" });
  });

  test("two stores never meet", async () => {
    await using one = await openStore(kind);
    await using other = await openStore(kind);
    await one.transport().send(note("hello"));
    expect(await other.transport().receive("receiver")).toEqual([]);
  });

  test("closing the store closes its transports", async () => {
    const store = await openStore(kind);
    const transport = store.transport();
    await transport.open();
    await store.close();
    await expect(transport.send(note("late"))).rejects.toMatchObject({ code: "CLOSED" });
  });
});

test("another process joins a store on Redis through its environment", async () => {
  await using store = await openStore("redis");
  const program = fileURLToPath(new URL("./send-from-another-process.ts", import.meta.url));
  await promisify(execFile)(process.execPath, [program], { env: { ...process.env, ...store.env } });
  const [delivery] = await store.transport().receive("receiver", { waitMs: 2_000 });
  expect(delivery?.message.content).toEqual({ text: "from another process" });
});

test("without that environment it is told what is missing", async () => {
  await expect(joinStore({})).rejects.toThrow("REDIS_URL and AGENTCOMM_TEST_NAMESPACE");
});

test("a closed store leaves nothing on a server that belongs to somebody else", async () => {
  await using server = await startRedis();
  const program = fileURLToPath(new URL("./use-a-store.ts", import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [program], {
    env: { ...process.env, REDIS_URL: server.url },
  });
  expect(JSON.parse(stdout)).toEqual({ received: 1 });
  const client = new Redis(server.url);
  expect(await client.keys("*")).toEqual([]);
  client.disconnect();
});
