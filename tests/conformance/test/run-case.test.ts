import assert from "node:assert/strict";
import type { Transport } from "@agentcomm/protocol";
import { type ConformanceCase, runCase, type Scene } from "@agentcomm/transport-conformance";
import { expect, it } from "vitest";
import { alter } from "./alter.js";
import { memoryHarness } from "./memory-harness.js";

const options = { namespace: "case", lifecycle: "first use" } as const;
const message = { from: "alice", to: "bob", type: "note", content: {} };

function caseThat(run: (scene: Scene) => Promise<void>): ConformanceCase {
  return { title: "a claim", promise: "lifecycle", run };
}

it("a case that fails rejects with what it saw, and what was heard in the background", async () => {
  const failing = caseThat(async (scene) => {
    const transport = await scene.transport();
    await transport.records.watch("jobs", () => {
      throw new Error("boom");
    });
    await transport.records.put("jobs", "one", 1);
    await transport.stats();
    assert.equal(1, 2, "one is not two");
  });
  const failure = runCase(failing, memoryHarness(), options);
  await expect(failure).rejects.toThrow(/one is not two[\s\S]+In the background: HANDLER_FAILED: .*boom/);
});

it("a case that does not end fails when its time is up", async () => {
  const hanging = caseThat(() => new Promise(() => {}));
  await expect(runCase(hanging, memoryHarness(), { ...options, timeLimitMs: 20 })).rejects.toThrow(
    "the case did not end within 20 ms",
  );
});

it("the transports of a case are closed, whether it passed or failed", async () => {
  for (const fails of [false, true]) {
    const made: Transport[] = [];
    const each = caseThat(async (scene) => {
      made.push(await scene.transport(), await scene.neighbour(), (await scene.breakable()).transport);
      await Promise.all(made.map((transport) => transport.stats()));
      if (fails) throw new Error("failed");
    });
    await runCase(each, memoryHarness(), options).catch((error: unknown) => assert.match(String(error), /failed/));
    expect(made).toHaveLength(3);
    for (const transport of made) await expect(transport.stats()).rejects.toMatchObject({ code: "CLOSED" });
  }
});

it("a transport that cannot be closed fails its case", async () => {
  const harness = memoryHarness({
    driver: (driver) => alter(driver, { close: () => Promise.reject(new Error("stuck")) }),
  });
  const idle = caseThat(async (scene) => void (await (await scene.transport()).stats()));
  await expect(runCase(idle, harness, options)).rejects.toThrow("stuck");
});

it("a case that changes anything in the namespace beside it fails", async () => {
  const harness = memoryHarness();
  const trespasses: ((stranger: Transport) => Promise<unknown>)[] = [
    (stranger) => stranger.send(message),
    (stranger) => stranger.receive("bob"),
    (stranger) => stranger.records.put("jobs", "one", "changed"),
    (stranger) => stranger.openMailbox("bob", { topics: [] }),
  ];
  for (const [index, trespass] of trespasses.entries()) {
    const beside = `beside${index}`;
    const trespassing = caseThat(async () => {
      await using stranger = harness.createTransport(beside, {});
      await trespass(stranger);
    });
    await expect(runCase(trespassing, harness, { ...options, beside })).rejects.toThrow("changed another namespace");
  }
  const harmless = caseThat(async (scene) => void (await (await scene.transport()).send(message)));
  await runCase(harmless, harness, { ...options, beside: "other" });
});
