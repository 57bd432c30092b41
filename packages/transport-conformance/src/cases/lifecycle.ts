import assert from "node:assert/strict";
import type { Transport } from "@agentcomm/protocol";
import { casesOf } from "../conformance-case.js";
import { note, pair, receiveOne } from "../play.js";
import { rejection } from "../rejection.js";

/** Every public method but close, with arguments that suit it. */
function callsOf(transport: Transport, token = "token"): Record<string, () => unknown> {
  const { records } = transport;
  return {
    open: () => transport.open(),
    openMailbox: () => transport.openMailbox("bob"),
    deleteMailbox: () => transport.deleteMailbox("dave"),
    send: () => transport.send(note(1)),
    sendMany: () => transport.sendMany([note(1)]),
    receive: () => transport.receive("bob"),
    subscribe: () => transport.subscribe("bob", async () => {}).stop(),
    settle: () => transport.settle(token, { kind: "extend" }),
    deadLetters: () => transport.deadLetters("bob"),
    redrive: () => transport.redrive("bob"),
    purgeDeadLetters: () => transport.purgeDeadLetters("bob"),
    stats: () => transport.stats(),
    health: () => transport.health(),
    "records.get": () => records.get("jobs", "one"),
    "records.list": () => records.list("jobs"),
    "records.put": () => records.put("jobs", "one", 1),
    "records.delete": () => records.delete("jobs", "one"),
    "records.watch": () => records.watch("jobs", () => {}),
  };
}

export const lifecycleCases = casesOf("lifecycle", [
  {
    title: "every method may be the first that is called",
    async run(scene) {
      const { sender, receiver } = await pair(scene);
      await sender.send(note(1));
      const { token } = await receiveOne(scene, receiver);
      for (const name of Object.keys(callsOf(sender))) {
        const transport = await scene.transport();
        const call = callsOf(transport, token)[name];
        assert.ok(call);
        await call();
        await transport.close();
      }
    },
  },
  {
    title: "after close every method is refused with CLOSED",
    async run(scene) {
      const { sender } = await pair(scene);
      await sender.close();
      for (const call of Object.values(callsOf(sender))) await rejection(call, "CLOSED");
    },
  },
  {
    title: "a delivery cannot be settled through a transport that was closed",
    async run(scene) {
      const { sender, receiver } = await pair(scene);
      await sender.send(note(1));
      const delivery = await receiveOne(scene, receiver);
      await receiver.close();
      await rejection(() => delivery.ack(), "CLOSED");
    },
  },
  {
    title: "opening twice and closing twice is the same as once, and what was never opened can be closed",
    async run(scene) {
      const transport = await scene.transport();
      await Promise.all([transport.open(), transport.open()]);
      await transport.open();
      await Promise.all([transport.close(), transport.close()]);
      await transport.close();
      await (await scene.transport()).close();
    },
  },
  {
    title: "closing ends a waiting receive with CLOSED, and a watch",
    async run(scene) {
      const { sender, receiver } = await pair(scene);
      const told: string[] = [];
      const end = await receiver.records.watch("jobs", ({ key }) => told.push(key));
      const waiting = rejection(() => receiver.receive("bob", { waitMs: 60_000 }), "CLOSED");
      await receiver.stats();
      await receiver.close();
      await waiting;
      await sender.records.put("jobs", "one", 1);
      await end();
      assert.deepEqual(told, []);
    },
  },
  {
    title: "what was sent before close was called is stored",
    async run(scene) {
      const { sender, receiver } = await pair(scene);
      const sending = sender.send(note(1));
      await sender.close();
      assert.equal((await sending).stored, 1);
      await receiveOne(scene, receiver);
    },
  },
  {
    title: "await using closes a transport",
    async run(scene) {
      const { sender } = await pair(scene);
      {
        await using _scoped = sender;
      }
      await rejection(() => sender.stats(), "CLOSED");
    },
  },
  {
    title: "a transport has a name, and exactly the capabilities that were declared, which nobody can change",
    async run(scene) {
      const transport = await scene.transport();
      assert.match(transport.name, /^\S+$/);
      const names = ["atomicFanOut", "crossProcess", "delay", "durable", "fenced", "recordTtl"];
      assert.deepEqual(Object.keys(transport.capabilities).sort(), names);
      assert.deepEqual({ ...transport.capabilities }, { ...scene.capabilities });
      assert.ok(Object.isFrozen(transport.capabilities), "the capabilities are not frozen");
    },
  },
]);
