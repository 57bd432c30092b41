import assert from "node:assert/strict";
import { AgentCommError, type Delivery, type Transport } from "@agentcomm/protocol";
import { casesOf } from "../conformance-case.js";
import { eventually, watchHoldUps } from "../eventually.js";
import {
  drain,
  holds,
  lookInto,
  NOTHING,
  note,
  nothingFor,
  numbersOf,
  pair,
  receiveOne,
  SHORT_LEASE_MS,
  subscribed,
} from "../play.js";
import { rejection } from "../rejection.js";

const TIMEOUT_MS = 400;
/** What a call may outlive its deadline by. */
const MARGIN_MS = 100;

/** Every call that goes to the store. */
function callsOf(transport: Transport, delivery: Delivery): Record<string, () => Promise<unknown>> {
  const { records } = transport;
  return {
    openMailbox: () => transport.openMailbox("bob", { topics: ["news"] }),
    deleteMailbox: () => transport.deleteMailbox("dave"),
    send: () => transport.send(note(1, { to: "carol" })),
    "send to *": () => transport.send(note(1, { to: "*" })),
    "send to a topic": () => transport.send(note(1, { to: "#news" })),
    sendMany: () => transport.sendMany([note(1, { to: "carol" }), note(2, { to: "carol" })]),
    receive: () => transport.receive("bob"),
    ack: () => delivery.ack(),
    extend: () => transport.settle(delivery.token, { kind: "extend" }),
    settle: () => transport.settle(delivery.token, { kind: "retry" }),
    deadLetters: () => transport.deadLetters("bob"),
    redrive: () => transport.redrive("bob"),
    purgeDeadLetters: () => transport.purgeDeadLetters("bob"),
    stats: () => transport.stats(),
    health: () => transport.health(),
    "records.get": () => records.get("jobs", "one"),
    "records.list": () => records.list("jobs"),
    "records.put": () => records.put("jobs", "one", { n: 1 }),
    "records.delete": () => records.delete("jobs", "one"),
    "records.watch": () => records.watch("jobs", () => {}),
  };
}

export const outageCases = casesOf("outages end", [
  {
    title: "while the store is silent every call ends by its timeoutMs, with a value or an AgentCommError",
    breaksLine: true,
    quiet: true,
    async run(scene) {
      const observer = await scene.transport();
      await lookInto(observer, "bob");
      const { transport, stall, mend } = await scene.breakable({ timeoutMs: TIMEOUT_MS });
      await observer.send(note(0));
      const delivery = await receiveOne(scene, transport);
      await stall();
      const took = new Map<string, number>();
      const heldUpMs = watchHoldUps();
      const startedAt = performance.now();
      await Promise.all(
        Object.entries(callsOf(transport, delivery)).map(async ([name, call]) => {
          const result = await call().catch((error: unknown) => error);
          took.set(name, performance.now() - startedAt);
          if (result instanceof Error) assert.ok(AgentCommError.is(result), `${name} rejected with ${result}`);
        }),
      );
      const latest = TIMEOUT_MS + MARGIN_MS + heldUpMs();
      for (const [name, ms] of took) assert.ok(ms <= latest, `${name} took ${ms} ms, ${latest} were allowed`);
      const error = await rejection(() => transport.send(note(2)));
      assert.ok(error.retryable, `${error.code} is not retryable`);
      assert.ok(error.outcome === "none" || error.outcome === "unknown", `send says the outcome ${error.outcome}`);
      assert.equal((await transport.health()).connected, false);
      await mend();
    },
  },
  {
    title: "after an outage a transport works again by itself",
    breaksLine: true,
    async run(scene) {
      const observer = await scene.transport();
      await lookInto(observer, "bob", "carol");
      const { transport, stall, mend } = await scene.breakable({ timeoutMs: TIMEOUT_MS });
      await lookInto(transport, "carol");
      await stall();
      await rejection(() => transport.send(note(1)));
      await mend();
      await eventually(scene.patienceMs, () => transport.send(note(2)));
      await eventually(scene.patienceMs, async () => assert.equal((await transport.health()).connected, true));
      await eventually(scene.patienceMs, () => observer.send(note(3, { to: "carol" })));
      assert.deepEqual(numbersOf([await receiveOne(scene, transport, "carol")]), [3]);
      assert.ok((await drain(observer)).includes(2));
    },
  },
  {
    title: "a subscription goes on after an outage, with what was sent meanwhile",
    breaksLine: true,
    async run(scene) {
      const observer = await scene.transport();
      await lookInto(observer, "bob");
      const { transport, stall, mend } = await scene.breakable({ timeoutMs: TIMEOUT_MS });
      const handled = new Set<unknown>();
      await using _subscription = subscribed(transport, async (delivery) => {
        handled.add(numbersOf([delivery])[0]);
      });
      await observer.send(note(1));
      await eventually(scene.patienceMs, () => assert.deepEqual([...handled], [1]));
      await stall();
      await observer.send(note(2));
      await rejection(() => transport.stats());
      await mend();
      await eventually(scene.patienceMs, () => assert.deepEqual([...handled], [1, 2]));
    },
  },
  {
    title: 'an ack whose reply got lost took effect, and says "unknown" rather than LEASE_LOST',
    breaksLine: true,
    async run(scene) {
      const observer = await scene.transport();
      await lookInto(observer, "bob");
      const { transport, loseReplies, mend } = await scene.breakable();
      await observer.send(note(1));
      const delivery = await receiveOne(scene, transport);
      await loseReplies();
      const acked = delivery.ack().catch((error: unknown) => error);
      await eventually(scene.patienceMs, async () => assert.deepEqual(await holds(observer), NOTHING));
      await mend();
      const error = await acked;
      if (error === undefined) return;
      assert.ok(AgentCommError.is(error), String(error));
      assert.equal(error.outcome, "unknown", `${error.code}: ${error.message}`);
      assert.notEqual(error.code, "LEASE_LOST");
    },
  },
  {
    title: "messages whose handing-out got lost are offered again within lease + 1 s",
    breaksLine: true,
    async run(scene) {
      const observer = await scene.transport();
      await lookInto(observer, "bob");
      const { transport, loseReplies, mend } = await scene.breakable({ timeoutMs: TIMEOUT_MS });
      await transport.open();
      await observer.send(note(1));
      await loseReplies();
      const received = transport.receive("bob", { leaseMs: SHORT_LEASE_MS }).catch(() => []);
      await eventually(scene.patienceMs, async () =>
        assert.deepEqual(await holds(observer), { ...NOTHING, inFlight: 1 }),
      );
      const heldUpMs = watchHoldUps();
      const takenAt = performance.now();
      await mend();
      const delivered = await received;
      const again = delivered[0] ?? (await receiveOne(scene, observer));
      const took = performance.now() - takenAt;
      assert.deepEqual(numbersOf([again]), [1]);
      assert.ok(took <= SHORT_LEASE_MS + 1_000 + heldUpMs(), `offered again only after ${took} ms`);
      await again.ack();
    },
  },
  {
    title: "a signal ends a call with ABORTED, and what it already aborted stores nothing",
    async run(scene) {
      const { sender, receiver } = await pair(scene);
      const controller = new AbortController();
      const waiting = rejection(
        () => receiver.receive("bob", { waitMs: 60_000, signal: controller.signal }),
        "ABORTED",
      );
      await receiver.stats();
      controller.abort();
      await waiting;
      const error = await rejection(() => sender.send(note(1), { signal: controller.signal }), "ABORTED");
      assert.equal(error.outcome, "none");
      await nothingFor(receiver);
    },
  },
]);
