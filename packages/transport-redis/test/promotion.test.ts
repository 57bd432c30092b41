import { startProxy } from "@agentcomm/test-redis";
import { expect, test } from "vitest";
import { openPair } from "./replicated-pair.js";
import { note, numberOf, scriptCount } from "./scene.js";

test("who is at work keeps what it holds when a replica that lagged behind takes over, and the loss is reported", async () => {
  await using pair = await openPair();
  await using proxy = await startProxy(pair.server.port);
  const transport = pair.transport({ url: `redis://127.0.0.1:${proxy.port}`, timeoutMs: 300 });
  await transport.send(note("bob", 0));
  const [held] = await transport.receive("bob", { leaseMs: 60_000 });
  // It has got there once the replica has what was written after it.
  await pair.client.set("mark", "1");
  await expect.poll(() => pair.replicaClient.get("mark")).toBe("1");

  await pair.cutOff();
  for (let n = 1; n < 5; n++) await transport.send(note("bob", n));
  const before = await scriptCount(pair.client);
  // Nothing but the poll runs scripts now: it has seen what was written.
  await expect.poll(() => scriptCount(pair.client), { timeout: 5_000 }).toBeGreaterThan(before + 1);
  await pair.promote();
  proxy.aim(pair.replica.port);
  await expect.poll(() => pair.troubles.map(({ code }) => code), { timeout: 10_000 }).toContain("DATA_LOST");

  // What a lost answer has leased is given back; what is held is not.
  await transport.send(note("bob", 5));
  proxy.loseReplies();
  await expect(transport.receive("bob", { leaseMs: 60_000 })).rejects.toMatchObject({ outcome: "unknown" });
  proxy.mend();
  const again = await transport.receive("bob", { leaseMs: 60_000, timeoutMs: 5_000 });
  expect(again.map((delivery) => [numberOf(delivery), delivery.attempt])).toEqual([[5, 1]]);
  await held?.ack();
});
