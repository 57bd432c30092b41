import { expect, test } from "vitest";
import { note, numberOf, openScene } from "./scene.js";

test("however many messages fall due at once, what is sent or put back after that comes behind them", async () => {
  await using scene = await openScene();
  const transport = scene.transport();
  for (const agent of ["all", "named"]) {
    await transport.send(note(agent, "rejected"));
    const [delivery] = await transport.receive(agent);
    await delivery?.reject("to be put back");
    await transport.sendMany(
      Array.from({ length: 3_500 }, (_, n) => note(agent, n)),
      { delayMs: 100 },
    );
    await expect.poll(async () => (await transport.stats()).delayed).toBe(0);
    for (const n of ["one", "two"]) await transport.send(note(agent, n));
    const [letter] = await transport.deadLetters(agent);
    expect(await transport.redrive(agent, agent === "all" ? undefined : [letter?.id ?? ""])).toBe(1);
    const order: unknown[] = [];
    for (;;) {
      const deliveries = await transport.receive(agent, { limit: 500 });
      if (deliveries.length === 0) break;
      order.push(...deliveries.map(numberOf));
      await Promise.all(deliveries.map((each) => each.ack()));
    }
    expect(order).toEqual([...Array.from({ length: 3_500 }, (_, n) => n), "one", "two", "rejected"]);
  }
});
