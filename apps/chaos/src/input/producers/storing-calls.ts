import { isDeepStrictEqual } from "node:util";
import type { Delivery } from "@agentcomm/protocol";
import { type Called, tryCall } from "../values/try-call.js";
import type { ProducerScene } from "./producer-scene.js";

type Whatever = never;

/** Stores the value, and sees that it is there whole, or not at all. Throws if not. */
export type StoringCall = (scene: ProducerScene, value: unknown, unique: string) => Promise<void>;

const refused = (called: Called): boolean => "error" in called;

async function settle(
  { transport }: ProducerScene,
  unique: string,
  what: string,
  call: (delivery: Delivery) => Promise<unknown>,
): Promise<void> {
  const agentId = `settled-${unique}`;
  await transport.send({ from: "sender", to: agentId, type: "note", content: {} });
  const [delivery] = await transport.receive(agentId);
  if (delivery === undefined) throw new Error("nothing was received");
  // What is refused has settled nothing; what is not may have.
  if (refused(await tryCall(what, () => call(delivery)))) await delivery.ack();
  await transport.deleteMailbox(agentId, { discard: true });
}

const task = async (scene: ProducerScene, unique: string, assign: () => Promise<unknown>): Promise<void> => {
  const called = await tryCall("assignTask", assign);
  const found = await tryCall("getTask", () => scene.coordinator.getTask(unique), ["TASK_NOT_FOUND"]);
  if (refused(called) !== refused(found))
    throw new Error(`a task that was ${refused(called) ? "refused" : "taken"} is not so`);
};

/** All that keeps a value elsewhere than in a message. */
export const STORING_CALLS: Readonly<Record<string, StoringCall>> = {
  "records.put": async ({ transport: { records } }, value, unique) => {
    const called = await tryCall("records.put", () => records.put("values", unique, value as Whatever));
    const found = await records.get("values", unique);
    if (refused(called) !== (found === undefined))
      throw new Error("a record that was refused is there, or the reverse");
    if (found === undefined) return;
    const again = await records.put("values", unique, found.value as Whatever);
    const second = await records.get("values", unique);
    if (again !== second?.version || !isDeepStrictEqual(second.value, found.value))
      throw new Error("a record changed by itself");
  },
  "metadata of an agent": async ({ registry }, value, unique) => {
    const called = await tryCall("registerAgent", () =>
      registry.registerAgent({ id: unique, metadata: value as Whatever }),
    );
    if (refused(called) !== ((await registry.getAgent(unique)) === undefined))
      throw new Error("a refused agent is there");
    await registry.unregisterAgent(unique);
  },
  "a registration": async ({ registry }, value) => {
    await tryCall("registerAgent", () => registry.registerAgent(value as Whatever));
  },
  "role of an agent": async ({ registry }, value, unique) => {
    await tryCall("registerAgent", () => registry.registerAgent({ id: unique, role: value as Whatever }));
    await registry.unregisterAgent(unique);
  },
  "capabilities of an agent": async ({ registry }, value, unique) => {
    await tryCall("registerAgent", () => registry.registerAgent({ id: unique, capabilities: value as Whatever }));
    await registry.unregisterAgent(unique);
  },
  "a heartbeat": async ({ registry }, value, unique) => {
    await registry.registerAgent({ id: unique });
    await tryCall("updateHeartbeat", () => registry.updateHeartbeat(unique, value as Whatever));
    await registry.unregisterAgent(unique);
  },
  "parameters of an assignment": (scene, value, unique) =>
    task(scene, unique, () =>
      scene.coordinator.assignTask(
        { taskType: "x", parameters: value as Whatever },
        { whenNoAgent: "wait", taskId: unique },
      ),
    ),
  "an assignment": (scene, value, unique) =>
    task(scene, unique, () => scene.coordinator.assignTask(value as Whatever, { whenNoAgent: "wait", taskId: unique })),
  "type of an assignment": (scene, value, unique) =>
    task(scene, unique, () =>
      scene.coordinator.assignTask({ taskType: value as Whatever }, { whenNoAgent: "wait", taskId: unique }),
    ),
  "input of an assignment": (scene, value, unique) =>
    task(scene, unique, () =>
      scene.coordinator.assignTask(scene.definition, value, { whenNoAgent: "wait", taskId: unique }),
    ),
  "reason of a rejection": (scene, value, unique) =>
    settle(scene, unique, "reject", (delivery) => delivery.reject(value as Whatever)),
  "reason of a retry": (scene, value, unique) =>
    settle(scene, unique, "retry", (delivery) => delivery.retry({ reason: value as Whatever })),
  "an action": ({ transport, ...scene }, value, unique) =>
    settle({ transport, ...scene } as ProducerScene, unique, "settle", (delivery) =>
      transport.settle(delivery.token, value as Whatever),
    ),
  "reason of a cancel": async ({ coordinator }, value, unique) => {
    const task = await coordinator.assignTask({ taskType: "x" }, { whenNoAgent: "wait", taskId: unique });
    const called = await tryCall("cancel", () => task.cancel(value as Whatever));
    const { state } = await task.status();
    if ((state === "canceled") === refused(called)) throw new Error(`the task is ${state} after its cancel`);
  },
};
