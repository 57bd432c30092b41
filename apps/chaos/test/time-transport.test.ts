import { setTimeout } from "node:timers/promises";
import { AgentCommError, type Transport } from "@agentcomm/protocol";
import { expect, test } from "vitest";
import { timeTransport } from "../src/actors/time-transport.js";

const TIMEOUT_MS = 500;

/** A transport of which each call takes so long, or fails at once, and the lines that its timing wrote down: its calls' names, and by how much they were late. */
function timed(tookMs: number | AgentCommError) {
  const lines: { name: string; lateMs: number }[] = [];
  const call = async (): Promise<void> => {
    if (typeof tookMs !== "number") throw tookMs;
    await (tookMs === Number.POSITIVE_INFINITY ? new Promise<never>(() => undefined) : setTimeout(tookMs));
  };
  const transport = { stats: call, health: call, records: {}, close: async () => {} } as unknown as Transport;
  const journal = {
    write: (_: string, name: string, word: string | number = "") => {
      lines.push({ name, lateMs: Number.parseFloat(String(word)) });
    },
    close: () => undefined,
  };
  return { transport: timeTransport(transport, TIMEOUT_MS, journal), lines };
}

test("a call that ends by its deadline is not written down", async () => {
  const { transport, lines } = timed(0);
  await transport.stats();
  await transport.close();
  expect(lines).toEqual([]);
});

test("a call that its deadline ends is written down, however punctual", async () => {
  const { transport, lines } = timed(new AgentCommError("TIMEOUT", "too late"));
  await expect(transport.stats()).rejects.toThrow("too late");
  await transport.close();
  expect(lines).toEqual([{ name: "stats", lateMs: 0 }]);
});

test("a call that ends after its deadline is written down once it has ended", async () => {
  const { transport, lines } = timed(TIMEOUT_MS + 100);
  await transport.stats();
  await transport.close();
  expect(lines.map(({ name }) => name)).toEqual(["stats"]);
  expect(lines[0]?.lateMs).toBeGreaterThan(90);
});

test("a call that never ends is written down a second after its deadline", async () => {
  const { transport, lines } = timed(Number.POSITIVE_INFINITY);
  void transport.health();
  await expect.poll(() => lines.map(({ name }) => name)).toEqual(["health"]);
  expect(lines[0]?.lateMs).toBeGreaterThanOrEqual(999);
  await transport.close();
});
