import { ask } from "@agentcomm/test-redis";
import { openStore } from "@agentcomm/test-transports";
import { expect, test } from "vitest";
import { openRegistry } from "./open-registry.js";

/** Commands that the server has run so far. */
async function commandCount(url: string): Promise<number> {
  const { hostname: host, port } = new URL(url);
  const stats = await ask({ host, port: Number(port || 6379) }, "INFO commandstats");
  return [...stats.matchAll(/calls=(\d+)/g)].reduce((sum, [, calls]) => sum + Number(calls), 0);
}

test("1,000 findBestAgent cost no Redis command", async () => {
  await using store = await openStore("redis");
  await using registry = openRegistry(store);
  for (let index = 0; index < 10; index++) await registry.registerAgent({ id: `a-${index}`, capabilities: ["python"] });
  await registry.findBestAgent(["python"]);
  const before = await commandCount(store.env.REDIS_URL as string);
  for (let index = 0; index < 1_000; index++) await registry.findBestAgent(["python"]);
  const after = await commandCount(store.env.REDIS_URL as string);
  // What is left is the counting itself and, now and then, the transport's own look at what falls due.
  expect(after - before).toBeLessThan(10);
});
