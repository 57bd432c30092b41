import { createTransport } from "@agentcomm/protocol";
import { createMemoryBroker } from "@agentcomm/transport-memory";
import { describe, expect, it } from "vitest";
import { createDriver, type MeetingPlace } from "../src/crew/meeting-place.js";
import { openPlace } from "../src/crew/open-place.js";
import { CREW, REVIEWERS } from "../src/crew/roster.js";
import { createSeverableDriver } from "../src/crew/severable-driver.js";
import { CAPABILITIES } from "../src/review/specialities.js";

const openMemory = () => ({ kind: "memory", broker: createMemoryBroker(), namespace: "demo" }) satisfies MeetingPlace;

describe("the crew", () => {
  it("can lose any one of its workers", () => {
    for (const capability of CAPABILITIES) {
      const able = REVIEWERS.filter(({ capabilities }) => capabilities.includes(capability));
      expect(able.length, capability).toBeGreaterThanOrEqual(2);
    }
    expect(new Set(CREW.map(({ id }) => id)).size).toBe(CREW.length);
  });

  it("differs in what it can do, and in how much at once", () => {
    expect(new Set(REVIEWERS.map(({ capabilities }) => capabilities.join())).size).toBe(REVIEWERS.length);
    expect(new Set(REVIEWERS.map(({ limit }) => limit)).size).toBeGreaterThan(2);
  });
});

describe("a severed line", () => {
  it("brings nothing and takes nothing any more, and what was held is held until its lease ends", async () => {
    const place = openMemory();
    const { driver, sever } = createSeverableDriver(createDriver(place));
    await using victim = createTransport(driver, { timeoutMs: 500 });
    await using other = createTransport(createDriver(place));
    await other.send({ from: "boss", to: "ada", type: "greeting", content: {} });
    const [delivery] = await victim.receive("ada", { leaseMs: 60_000 });

    sever();
    const lost = { code: "CONNECTION_LOST" };
    await expect(delivery?.ack()).rejects.toMatchObject(lost);
    await expect(victim.send({ from: "ada", to: "boss", type: "bye", content: {} })).rejects.toMatchObject(lost);
    await expect(victim.records.put("agents", "ada", {})).rejects.toMatchObject(lost);
    await victim.close();

    const { mailboxes } = await other.stats();
    expect(mailboxes).toMatchObject([{ agentId: "ada", ready: 0, inFlight: 1 }]);
  });
});

describe("a meeting place", () => {
  it("is left without a mailbox or a record", async () => {
    const place = openMemory();
    {
      await using open = await openPlace(place, () => {});
      await open.transport.send({ from: "a", to: "b", type: "greeting", content: {} });
      for (const collection of ["agents", "tasks.open", "tasks.finished", "coordinators"]) {
        for (let at = 0; at < 3; at++) await open.transport.records.put(collection, `key-${at}`, { at });
      }
      expect(place.broker.contents("demo").length).toBeGreaterThan(12);
    }
    expect(place.broker.contents("demo")).toEqual([]);
  });

  it("without a server rejects within seconds, and tells no password", async () => {
    const place: MeetingPlace = { kind: "redis", url: "redis://me:secret@127.0.0.1:1", namespace: "demo" };
    const opening = openPlace(place, () => {});
    await expect(opening).rejects.toMatchObject({ name: "UserError", message: expect.stringContaining("127.0.0.1:1") });
    await expect(opening).rejects.not.toMatchObject({ message: expect.stringContaining("secret") });
  });
});
