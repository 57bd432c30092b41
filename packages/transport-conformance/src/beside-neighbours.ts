import assert from "node:assert/strict";
import type { Transport } from "@agentcomm/protocol";
import type { ConformanceCase } from "./conformance-case.js";
import type { TransportHarness } from "./harness.js";
import { type RunCaseOptions, runCase } from "./run-case.js";

const AGENTS = ["alice", "bob", "carol", "dave"];
const KEYS = ["a", "one", "two"];

/**
 * Runs a case beside a namespace that is full of data under the very names that cases use, and fails also if the case
 * changed any of it.
 */
export async function besideNeighbours(
  conformanceCase: ConformanceCase,
  harness: TransportHarness,
  options: RunCaseOptions,
): Promise<void> {
  const beside = `${options.namespace}.beside`;
  const neighbour = harness.createTransport(beside, {});
  try {
    await settleIn(neighbour);
    const before = await inventory(neighbour, beside, harness);
    await runCase(conformanceCase, harness, options);
    assert.deepEqual(await inventory(neighbour, beside, harness), before, "the case changed another namespace");
  } finally {
    await neighbour.close();
  }
}

async function settleIn(neighbour: Transport): Promise<void> {
  for (const agentId of AGENTS) {
    await neighbour.openMailbox(agentId, { topics: ["news", "sport"] });
    await neighbour.receive(agentId);
    const sent = { from: "erin", to: agentId, type: "note", content: { n: "beside" } };
    await neighbour.send({ ...sent, priority: "critical" }, { idempotencyKey: "key" });
    await neighbour.send(sent);
    const [delivery] = await neighbour.receive(agentId, { limit: 1 });
    await delivery?.reject("beside");
  }
  for (const key of KEYS) await neighbour.records.put("jobs", key, "beside");
}

async function inventory(neighbour: Transport, namespace: string, harness: TransportHarness): Promise<unknown> {
  const { mailboxes } = await neighbour.stats();
  const records = await neighbour.records.list("jobs");
  return { mailboxes, records, residue: [...(await harness.residue(namespace))].sort() };
}
