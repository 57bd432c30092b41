import { setImmediate as turn } from "node:timers/promises";
import { expect, it } from "vitest";
import { rejection } from "./failure.js";
import { entriesOf, NOTE, scriptedTransport } from "./scripted-transport.js";
import { settlePromises } from "./virtual-clock.js";

it("what one sender sends in one tick is stored in that order, whatever the timeouts", async () => {
  const stored: string[] = [];
  const { transport } = scriptedTransport({
    append: async (batch) => {
      for (const { payload } of batch) stored.push(JSON.parse(Buffer.from(payload).toString()).message_id);
      return batch.map(() => "stored" as const);
    },
  });
  const timeouts = [undefined, 1_000, undefined, 1_000, 1_000];
  const sent = timeouts.map((timeoutMs, index) =>
    transport.send({ ...NOTE, id: String(index) }, timeoutMs === undefined ? {} : { timeoutMs }),
  );
  await Promise.all(sent);
  expect(stored).toEqual(["0", "1", "2", "3", "4"]);
});

it("a driver that answers for fewer than it was asked has failed: nobody is told a success that was none", async () => {
  const { transport } = scriptedTransport({
    append: async () => [],
    settle: async () => [],
    take: async () => ({ entries: entriesOf("1") }),
  });
  expect(await rejection(transport.send(NOTE))).toMatchObject({ code: "STORE_FAILED", outcome: "unknown" });
  const [delivery] = await transport.receive("b");
  expect(await rejection(delivery?.ack() ?? expect.unreachable())).toMatchObject({ code: "STORE_FAILED" });
});

it("traffic that never waits for anything outside the process lets the event loop turn", async () => {
  const { transport } = scriptedTransport();
  let ended = false;
  const endless = (async () => {
    while (!ended) await transport.send(NOTE);
  })();
  const looking = (async () => {
    while (!ended) await transport.receive("b");
  })();
  const reading = (async () => {
    while (!ended) await transport.records.get("c", "k");
  })();
  await turn();
  await settlePromises();
  ended = true;
  await Promise.all([endless, looking, reading]);
});
