import { isDeepStrictEqual } from "node:util";
import type { Delivery } from "@agentcomm/protocol";
import { type Called, tryCall } from "../values/try-call.js";
import type { ProducerScene } from "./producer-scene.js";
import { isObject, type ValuePlace } from "./value-calls.js";

type Whatever = never;

/** What a place came to, and what is kept of the value, if it can be looked at. */
export interface Stored {
  readonly called: Called;
  readonly kept?: unknown;
}

/** A place that keeps a value elsewhere than in a message. */
export interface StoringPlace extends Pick<ValuePlace, "takes"> {
  /** The levels of objects around the value. Absent: it is read for its options, and not kept itself. */
  readonly levels?: number;
  /** Hands the value over, and sees that it is there whole, or not at all. Throws if not. */
  store(scene: ProducerScene, value: unknown, unique: string): Promise<Stored>;
}

const refused = (called: Called): boolean => "error" in called;

async function settle(
  { transport }: ProducerScene,
  unique: string,
  what: string,
  call: (delivery: Delivery) => Promise<unknown>,
): Promise<Stored> {
  const agentId = `settled-${unique}`;
  await transport.send({ from: "sender", to: agentId, type: "note", content: {} });
  const [delivery] = await transport.receive(agentId);
  if (delivery === undefined) throw new Error("nothing was received");
  // What is refused has settled nothing; what is not may have.
  const called = await tryCall(what, () => call(delivery));
  if (refused(called)) await delivery.ack();
  await transport.deleteMailbox(agentId, { discard: true });
  return { called };
}

const task = async (scene: ProducerScene, unique: string, assign: () => Promise<unknown>): Promise<Stored> => {
  const called = await tryCall("assignTask", assign);
  const found = await tryCall("getTask", () => scene.coordinator.getTask(unique), ["TASK_NOT_FOUND"]);
  if (refused(called) !== refused(found))
    throw new Error(`a task that was ${refused(called) ? "refused" : "taken"} is not so`);
  const record = await scene.transport.records.get<{ readonly parameters: unknown }>("tasks.open", unique);
  return { called, kept: record?.value.parameters };
};

/** Registers an agent with that field. Null means that it is left out, and something is filled in. */
const registered = async (
  { registry }: ProducerScene,
  unique: string,
  field: "metadata" | "role" | "capabilities",
  value: unknown,
): Promise<Stored> => {
  const called = await tryCall("registerAgent", () => registry.registerAgent({ id: unique, [field]: value }));
  const agent = await registry.getAgent(unique);
  if (refused(called) !== (agent === undefined)) throw new Error("a refused agent is there");
  await registry.unregisterAgent(unique);
  return value === null ? { called } : { called, kept: agent?.[field] };
};

/** All that keeps a value elsewhere than in a message. */
export const STORING_PLACES: Readonly<Record<string, StoringPlace>> = {
  "records.put": {
    levels: 0,
    takes: (value) => value !== undefined,
    async store({ transport: { records } }, value, unique) {
      const called = await tryCall("records.put", () => records.put("values", unique, value as Whatever));
      const found = await records.get("values", unique);
      if (refused(called) !== (found === undefined))
        throw new Error("a record that was refused is there, or the reverse");
      if (found === undefined) return { called };
      const again = await records.put("values", unique, found.value as Whatever);
      const second = await records.get("values", unique);
      if (again !== second?.version || !isDeepStrictEqual(second.value, found.value))
        throw new Error("a record changed by itself");
      return { called, kept: found.value };
    },
  },
  "metadata of an agent": {
    levels: 1,
    takes: isObject,
    store: (scene, value, unique) => registered(scene, unique, "metadata", value),
  },
  "a registration": {
    store: async ({ registry }, value) => ({
      called: await tryCall("registerAgent", () => registry.registerAgent(value as Whatever)),
    }),
  },
  "role of an agent": { levels: 1, store: (scene, value, unique) => registered(scene, unique, "role", value) },
  "capabilities of an agent": {
    levels: 1,
    store: (scene, value, unique) => registered(scene, unique, "capabilities", value),
  },
  "a heartbeat": {
    async store({ registry }, value, unique) {
      await registry.registerAgent({ id: unique });
      const called = await tryCall("updateHeartbeat", () => registry.updateHeartbeat(unique, value as Whatever));
      await registry.unregisterAgent(unique);
      return { called };
    },
  },
  // In the record of their task, that is: the message that takes them on lies one level deeper.
  "parameters of an assignment": {
    levels: 1,
    takes: isObject,
    store: (scene, value, unique) =>
      task(scene, unique, () =>
        scene.coordinator.assignTask(
          { taskType: "x", parameters: value as Whatever },
          { whenNoAgent: "wait", taskId: unique },
        ),
      ),
  },
  "an assignment": {
    store: async (scene, value, unique) => ({
      called: (
        await task(scene, unique, () =>
          scene.coordinator.assignTask(value as Whatever, { whenNoAgent: "wait", taskId: unique }),
        )
      ).called,
    }),
  },
  "type of an assignment": {
    levels: 1,
    store: async (scene, value, unique) => ({
      called: (
        await task(scene, unique, () =>
          scene.coordinator.assignTask({ taskType: value as Whatever }, { whenNoAgent: "wait", taskId: unique }),
        )
      ).called,
    }),
  },
  "input of an assignment": {
    levels: 1,
    takes: isObject,
    store: (scene, value, unique) =>
      task(scene, unique, () =>
        scene.coordinator.assignTask(scene.definition, value, { whenNoAgent: "wait", taskId: unique }),
      ),
  },
  "reason of a rejection": {
    levels: 1,
    store: (scene, value, unique) => settle(scene, unique, "reject", (delivery) => delivery.reject(value as Whatever)),
  },
  "reason of a retry": {
    levels: 1,
    store: (scene, value, unique) =>
      settle(scene, unique, "retry", (delivery) => delivery.retry({ reason: value as Whatever })),
  },
  "an action": {
    store: (scene, value, unique) =>
      settle(scene, unique, "settle", ({ token }) => scene.transport.settle(token, value as Whatever)),
  },
  "reason of a cancel": {
    levels: 1,
    async store({ coordinator }, value, unique) {
      const task = await coordinator.assignTask({ taskType: "x" }, { whenNoAgent: "wait", taskId: unique });
      const called = await tryCall("cancel", () => task.cancel(value as Whatever));
      const { state } = await task.status();
      if ((state === "canceled") === refused(called)) throw new Error(`the task is ${state} after its cancel`);
      return { called };
    },
  },
};
