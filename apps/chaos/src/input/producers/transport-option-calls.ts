import { expectNone } from "./expect-none.js";
import type { OptionCall } from "./option-calls.js";
import type { ProducerScene } from "./producer-scene.js";

const ENDS = ["timeoutMs", "signal"];
const noteTo = (to: string) => ({ from: "sender", to, type: "note", content: {} });

/** With a message that is held: what becomes of it is the call's. */
async function held(scene: ProducerScene, unique: string) {
  await scene.transport.send(noteTo(unique));
  const [delivery] = await scene.transport.receive(unique);
  if (delivery === undefined) throw new Error("nothing was received");
  return delivery;
}

/** The calls of a transport. */
export const TRANSPORT_CALLS: Readonly<Record<string, OptionCall>> = {
  openMailbox: {
    names: ["topics", "capacity", ...ENDS],
    call: ({ transport }, options, unique) => transport.openMailbox(unique, options),
  },
  deleteMailbox: {
    names: ["discard", ...ENDS],
    call: ({ transport }, options, unique) => transport.deleteMailbox(unique, options),
  },
  send: {
    names: ["delayMs", "idempotencyKey", ...ENDS],
    call: ({ transport }, options, unique) => transport.send(noteTo(unique), options),
  },
  "send to everybody": {
    names: ["delayMs", "idempotencyKey", ...ENDS],
    call: ({ transport }, options) => transport.send(noteTo("#nobody"), options),
  },
  sendMany: {
    names: ["delayMs", "idempotencyKey", ...ENDS],
    call: ({ transport }, options, unique) => transport.sendMany([noteTo(unique), noteTo(unique)], options),
  },
  receive: {
    names: ["limit", "waitMs", "leaseMs", ...ENDS],
    async call({ transport }, options, unique) {
      // Something is there, so that none waits.
      await transport.send(noteTo(unique));
      await transport.receive(unique, options);
    },
  },
  subscribe: {
    names: ["concurrency", "leaseMs", "signal"],
    async call({ transport }, options, unique) {
      const subscription = transport.subscribe(unique, async () => {}, options);
      await subscription.stop({ drainMs: 0 });
    },
  },
  "stop of a subscription": {
    names: ["drainMs"],
    async call({ transport }, options, unique) {
      await using subscription = transport.subscribe(unique, async () => {});
      await subscription.stop(options);
    },
  },
  "handler of a subscription": {
    argument: "handler",
    names: [],
    call: ({ transport }, handler, unique) => transport.subscribe(unique, handler).stop({ drainMs: 0 }),
  },
  settle: {
    names: ENDS,
    codes: ["LEASE_LOST"],
    async call(scene, options, unique) {
      const { token } = await held(scene, unique);
      await scene.transport.settle(token, { kind: "ack" }, options);
    },
  },
  "a token": {
    argument: "token",
    names: [],
    codes: ["LEASE_LOST"],
    async call({ transport }, token) {
      await transport.settle(token, { kind: "ack" });
      throw new Error("a token was taken that is of no delivery");
    },
  },
  "settle, its action": {
    argument: "action",
    names: ["kind", "delayMs", "reason", "leaseMs"],
    base: () => ({ kind: "retry" }),
    call: async (scene, action, unique) => scene.transport.settle((await held(scene, unique)).token, action),
  },
  retry: {
    names: ["delayMs", "reason"],
    call: async (scene, options, unique) => (await held(scene, unique)).retry(options),
  },
  extend: {
    argument: "leaseMs",
    names: [],
    call: async (scene, leaseMs, unique) => (await held(scene, unique)).extend(leaseMs),
  },
  deadLetters: {
    names: ["limit", "after", ...ENDS],
    call: ({ transport }, options, unique) => transport.deadLetters(unique, options),
  },
  redrive: {
    names: ENDS,
    call: ({ transport }, options, unique) => expectNone(transport.redrive(unique, undefined, options)),
  },
  "redrive, its ids": {
    argument: "ids",
    names: [],
    call: ({ transport }, ids, unique) => expectNone(transport.redrive(unique, ids)),
  },
  purge: {
    names: ENDS,
    call: ({ transport }, options, unique) => expectNone(transport.purgeDeadLetters(unique, ["1-1"], options)),
  },
  "purge, its ids": {
    argument: "ids",
    names: [],
    call: ({ transport }, ids, unique) => expectNone(transport.purgeDeadLetters(unique, ids)),
  },
  stats: { names: ENDS, call: ({ transport }, options) => transport.stats(options) },
  health: { names: ENDS, call: ({ transport }, options) => transport.health(options) },
  "records.get": { names: ENDS, call: ({ transport: { records } }, options) => records.get("c", "k", options) },
  "records.list": {
    names: ["prefix", "after", "limit", ...ENDS],
    call: ({ transport: { records } }, options) => records.list("c", options),
  },
  "records.put": {
    names: ["ifVersion", "ttlMs", ...ENDS],
    codes: ["VERSION_CONFLICT"],
    call: ({ transport: { records } }, options, unique) => records.put("c", unique, 1, options),
  },
  "records.delete": {
    names: ["ifVersion", ...ENDS],
    codes: ["VERSION_CONFLICT"],
    call: ({ transport: { records } }, options, unique) => records.delete("c", unique, options),
  },
  "records.watch": {
    names: ["prefix", ...ENDS],
    call: async ({ transport: { records } }, options) => (await records.watch("c", () => {}, options))(),
  },
  "records.watch, its listener": {
    argument: "listener",
    names: [],
    call: async ({ transport: { records } }, listener) => (await records.watch("nothing", listener))(),
  },
};
