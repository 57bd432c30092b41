import type { Driver, Ring } from "@agentcomm/protocol";
import { createFaultyLine } from "@agentcomm/transport-conformance";
import { createMemoryBroker, createMemoryDriver } from "@agentcomm/transport-memory";
import { beforeEach, expect, it } from "vitest";

const inTime = () => ({ deadline: performance.now() + 5_000 });
const soon = () => ({ deadline: performance.now() + 20 });
const entry = { agentId: "bob", from: "alice", priority: "low", payload: new Uint8Array(), delayMs: 0 } as const;

let line: ReturnType<typeof createFaultyLine>;
let other: Driver;
let rings: Ring[];
beforeEach(() => {
  const broker = createMemoryBroker();
  line = createFaultyLine(createMemoryDriver({ broker }));
  other = createMemoryDriver({ broker });
  rings = [];
  line.driver.onRing((ring) => rings.push(ring));
});

const stored = async () => (await other.stats(inTime())).map(({ ready, inFlight }) => ready + inFlight);

it("a stalled line lets nothing through by the deadline, and says that nothing was stored", async () => {
  line.stall();
  await expect(line.driver.append([entry], soon())).rejects.toMatchObject({ code: "TIMEOUT", outcome: "none" });
  line.mend();
  expect(await stored()).toEqual([]);
});

it("a request that waits on a stalled line is delivered once the line is mended", async () => {
  line.stall();
  const appending = line.driver.append([entry], inTime());
  line.mend();
  expect(await appending).toEqual(["stored"]);
  expect(await stored()).toEqual([1]);
});

it("a line that loses replies lets requests through, and says that it does not know what became of them", async () => {
  line.loseReplies();
  await expect(line.driver.append([entry], soon())).rejects.toMatchObject({ code: "TIMEOUT", outcome: "unknown" });
  const appending = line.driver.append([entry], inTime());
  await expect.poll(stored).toEqual([2]);
  line.mend();
  await expect(appending).rejects.toMatchObject({ code: "CONNECTION_LOST", outcome: "unknown" });
});

it("a line that was mended rings for all that may have been missed", async () => {
  const leave = line.driver.records.attend("jobs");
  line.driver.records.attend("tasks");
  await line.driver.take("bob", { limit: 1, leaseMs: 1_000 }, inTime());
  line.stall();
  await other.append([entry], inTime());
  await other.records.put("jobs", "one", new Uint8Array(), {}, inTime());
  leave();
  expect(rings).toEqual([]);
  line.mend();
  expect(rings).toEqual([{ collection: "tasks" }, { mailbox: "bob" }]);
  await other.append([entry], inTime());
  expect(rings).toHaveLength(3);
});
