import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { shardOf } from "../src/index.js";
import { note, numberOf, openScene, type RedisScene } from "./scene.js";

let scene: RedisScene;
beforeAll(async () => {
  scene = await openScene();
});
afterAll(() => scene[Symbol.asyncDispose]());

const bytes = fc.uint8Array({ maxLength: 200 }).map((value) => Buffer.from(value));
const fields = fc.uniqueArray(fc.tuple(fc.string({ unit: "binary", minLength: 1, maxLength: 20 }), bytes), {
  minLength: 1,
  maxLength: 8,
  selector: ([name]) => name,
});

test("whatever a stranger stores becomes a dead letter with all its bytes, and the next message is received", async () => {
  const transport = scene.transport();
  const queue = `${scene.namespace}:{${shardOf("bob")}}:q:bob:m`;
  let n = 0;
  await fc.assert(
    fc.asyncProperty(fields, async (entry) => {
      // Lone surrogates are no UTF-8: as a name they arrive as what stands in for them.
      const named = entry.map(([name, value]) => [Buffer.from(name).toString(), value] as const);
      await scene.client.call("XADD", [queue, "*", ...named.flatMap(([name, value]) => [Buffer.from(name), value])]);
      n += 1;
      await transport.send(note("bob", n));
      const deliveries = await transport.receive("bob");
      expect(deliveries.map(numberOf)).toEqual([n]);
      await deliveries[0]?.ack();
      const [letter] = await transport.deadLetters("bob");
      const raw = Object.entries(letter?.raw ?? {}).map(([name, value]) => [name, Buffer.from(value)]);
      expect(new Map(raw as [string, Buffer][])).toEqual(new Map(named));
      expect(await transport.purgeDeadLetters("bob")).toBe(1);
    }),
    { numRuns: 200 },
  );
});
