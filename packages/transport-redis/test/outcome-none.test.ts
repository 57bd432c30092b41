import type { Transport } from "@agentcomm/protocol";
import { startProxy, type TcpProxy } from "@agentcomm/test-redis";
import { expect, test } from "vitest";
import { note, numberOf, openScene } from "./scene.js";

/** Resolves once the transport knows that the store is away. */
async function cutOff(proxy: TcpProxy, transport: Transport): Promise<void> {
  proxy.stall();
  proxy.cut();
  await expect.poll(async () => (await transport.health()).connected).toBe(false);
}

/** Calls of one tick travel together, whatever their deadlines: one ends while the store is away, the other when it is back. */
test("a send that ended with the outcome none is not stored later along with another of its batch", async () => {
  await using scene = await openScene();
  await using proxy = await startProxy(scene.server.port);
  const transport = scene.transport({ url: `redis://127.0.0.1:${proxy.port}` });
  await transport.open();
  await cutOff(proxy, transport);
  const short = transport.send(note("bob", "short"), { timeoutMs: 300 });
  const long = transport.send(note("bob", "long"), { timeoutMs: 20_000 });
  await expect(short).rejects.toMatchObject({ outcome: "none" });
  proxy.cut();
  proxy.mend();
  await long;
  expect((await transport.receive("bob")).map(numberOf)).toEqual(["long"]);
});

test("a receive that ended before anything was asked leases nothing later along with another of its batch", async () => {
  await using scene = await openScene();
  await using proxy = await startProxy(scene.server.port);
  const other = scene.transport();
  await other.send(note("bob", 1));
  const transport = scene.transport({ url: `redis://127.0.0.1:${proxy.port}` });
  await transport.open();
  await cutOff(proxy, transport);
  const short = transport.receive("bob", { timeoutMs: 300 });
  const long = transport.receive("carol", { timeoutMs: 20_000 });
  await expect(short).rejects.toMatchObject({ code: "CONNECTION_LOST" });
  proxy.cut();
  proxy.mend();
  expect(await long).toEqual([]);
  expect(await other.stats()).toMatchObject({ ready: 1, inFlight: 0 });
});
