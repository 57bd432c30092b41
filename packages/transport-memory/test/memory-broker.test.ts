import { AgentCommError } from "@agentcomm/protocol";
import { expect, it } from "vitest";
import { createMemoryBroker, createMemoryTransport, type MemoryBroker } from "../src/index.js";

const message = { from: "alice", to: "bob", type: "note", content: {} };

it("transports reach each other on one broker and namespace, and on no other", async () => {
  const broker = createMemoryBroker();
  await using sender = createMemoryTransport({ broker });
  await using receiver = createMemoryTransport({ broker, namespace: "agentcomm" });
  await using elsewhere = createMemoryTransport({ broker, namespace: "elsewhere" });
  await using alone = createMemoryTransport();
  await sender.send(message);
  expect(await elsewhere.receive("bob")).toEqual([]);
  expect(await alone.receive("bob")).toEqual([]);
  expect(await receiver.receive("bob")).toHaveLength(1);
});

it("a broker names what a namespace holds", async () => {
  const broker = createMemoryBroker();
  await using transport = createMemoryTransport({ broker, namespace: "crew" });
  expect(broker.contents("crew")).toEqual([]);
  await transport.openMailbox("bob", { topics: ["news"] });
  await transport.send(message);
  await transport.records.put("jobs", "one", 1);
  await transport.records.put("jobs", "gone", 1);
  await transport.records.delete("jobs", "gone");
  expect(broker.contents("crew")).toEqual(["mailbox:bob", "record:jobs:one", "topic:news:bob"]);
  expect(broker.contents("other")).toEqual([]);
});

it("a raw entry is kept as it was when it was put in, whatever its fields are called", async () => {
  const broker = createMemoryBroker();
  await using transport = createMemoryTransport({ broker });
  const bytes = Uint8Array.from([1, 2, 3]);
  const fields = JSON.parse('{"__proto__":0,"message":0}');
  for (const name of Object.keys(fields)) {
    Object.defineProperty(fields, name, { value: bytes, enumerable: true });
  }
  broker.putRaw("agentcomm", "bob", fields, { priority: "critical" });
  bytes.fill(0);
  expect(await transport.receive("bob")).toEqual([]);
  const [letter] = await transport.deadLetters("bob");
  expect(Object.entries(letter?.raw ?? {}).map(([name, value]) => [name, ...value])).toEqual([
    ["__proto__", 1, 2, 3],
    ["message", 1, 2, 3],
  ]);
});

it("what is no broker, no namespace or no priority is refused by name", () => {
  const thrownBy = (work: () => unknown): unknown => {
    try {
      work();
    } catch (error) {
      return AgentCommError.is(error) ? `${error.code} ${error.message}` : error;
    }
    return undefined;
  };
  expect(thrownBy(() => createMemoryTransport({ broker: {} as MemoryBroker }))).toMatch(/^INVALID_OPTIONS broker/);
  expect(thrownBy(() => createMemoryTransport({ namespace: "a/b" }))).toMatch(/^INVALID_AGENT_ID namespace/);
  expect(thrownBy(() => createMemoryTransport({ timeoutMs: -1 }))).toMatch(/^INVALID_OPTIONS timeoutMs/);
  for (const options of [null, 5, new Proxy({}, { ownKeys: () => [1] as never })]) {
    expect(thrownBy(() => createMemoryTransport(options as never))).toMatch(/^INVALID_OPTIONS options/);
  }
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  expect(thrownBy(() => createMemoryTransport({ broker: proxy as MemoryBroker }))).toMatch(/^INVALID_OPTIONS broker/);
  expect(thrownBy(() => createMemoryBroker({ clock: {} as never }))).toMatch(/^INVALID_OPTIONS clock/);
  const priority = "urgent" as "critical";
  const broker = createMemoryBroker();
  expect(thrownBy(() => broker.putRaw("crew", "bob", {}, { priority }))).toMatch(/^INVALID_OPTIONS priority/);
  expect(thrownBy(() => broker.putRaw("crew", "a/b", {}))).toMatch(/^INVALID_AGENT_ID agentId/);
  const endless = new Proxy([], { get: (target, key) => (key === "length" ? 2 ** 32 - 1 : Reflect.get(target, key)) });
  expect(thrownBy(() => broker.putRaw("crew", "bob", { message: endless as never }))).toMatch(
    /^INVALID_OPTIONS fields/,
  );
});

it("a dead letter after which to go on is named by its id", async () => {
  await using transport = createMemoryTransport();
  await expect(transport.deadLetters("bob", { after: "1-1" })).rejects.toMatchObject({ code: "INVALID_OPTIONS" });
  expect(await transport.deadLetters("bob", { after: "7" })).toEqual([]);
});
