import { createAgent } from "@agentcomm/agent";
import { defineMessage, defineTask, type StandardSchema, type TaskResponseContent } from "@agentcomm/protocol";
import { createRegistry } from "@agentcomm/registry";
import { createMemoryTransport } from "@agentcomm/transport-memory";
import { countSettled } from "../entries/settled.js";
import { expectAgentCommError } from "../expect-agent-comm-error.js";
import { type Called, REFUSALS, tryCall } from "../values/try-call.js";
import { anything } from "./anything.js";
import { ANSWERING, type ProducerScene } from "./producer-scene.js";

type Whatever = never;

/** Ends as the case says: returns a value or throws one. */
export type HostileEnd = () => unknown;

/** Lets a handler of a user's end so, and sees that whoever waits is told, and that the next one is served. Throws if not. */
export type HostileHandler = (scene: ProducerScene, end: HostileEnd, unique: string) => Promise<void>;

/** A schema whose answer is the handler's. */
const schemaOf = (end: HostileEnd): StandardSchema => ({
  "~standard": { version: 1, vendor: "chaos", validate: () => end() as Whatever },
});

const byAnswerer = { type: "work", requiredCapabilities: [ANSWERING] };

const ASKING = { timeoutMs: 10_000 };

/** What an agent makes of a question: an answer, or a failure that its asker is told. */
const ask = async ({ agent }: ProducerScene, to: string, content: object = {}): Promise<Called> =>
  await tryCall("request", () => agent.request(to, { type: "question", content: content as Whatever }, ASKING), [
    ...REFUSALS,
    "HANDLER_FAILED",
  ]);

async function assign({ agent }: ProducerScene, to: string, taskId: string): Promise<void> {
  const content = { taskId, taskType: "work" };
  const { status, error } = await agent.request<"task_assignment", TaskResponseContent>(
    to,
    { type: "task_assignment", content },
    ASKING,
  );
  if (status !== "completed" && status !== "failed") throw new Error(`the task is ${String(status)}`);
  if (status === "failed" && typeof error?.message !== "string") throw new Error("the task failed without a word");
}

/** An agent of that id with handlers of the case's, among others; it must answer the next question. */
async function withAgent(
  scene: ProducerScene,
  id: string,
  prepare: (agent: ReturnType<typeof createAgent>) => void,
  use: () => Promise<unknown>,
): Promise<void> {
  const onError = (error: unknown): void => void expectAgentCommError(error, "what the agent reports");
  await using agent = createAgent({ id, transport: scene.transport, registry: scene.registry, onError });
  prepare(agent);
  agent.onMessage("next", () => ({ heard: true }));
  await agent.start();
  await use();
  await scene.agent.request(id, { type: "next", content: {} }, ASKING);
  await agent.stop({ drainMs: 0 });
  await scene.transport.deleteMailbox(id, { discard: true });
}

/** Every place where the library calls a function of the user's. */
export const HOSTILE_HANDLERS: Readonly<Record<string, HostileHandler>> = {
  "a subscription's handler": async ({ transport }, end, unique) => {
    let served = 0;
    using settled = countSettled(transport, unique);
    await using subscription = transport.subscribe(unique, async () => {
      served += 1;
      if (served === 1) return end();
      return undefined;
    });
    const message = { from: "sender", to: unique, type: "note", content: {} };
    await transport.send(message);
    await transport.send(message);
    await settled.reaches(2);
    await subscription.stop();
    for (const { detail, reason } of await transport.deadLetters(unique)) {
      if (reason !== "poison" && reason !== "rejected") throw new Error(`a message is ${reason}`);
      if (typeof detail !== "string") throw new Error("a dead letter does not say why");
    }
    await transport.deleteMailbox(unique, { discard: true });
  },
  "an agent's handler of messages": (scene, end, unique) =>
    withAgent(
      scene,
      unique,
      (agent) => agent.onMessage("question", end),
      () => ask(scene, unique),
    ),
  "an agent's handler of tasks": (scene, end, unique) =>
    withAgent(
      scene,
      unique,
      (agent) => agent.onTask("work", end),
      () => assign(scene, unique, unique),
    ),
  "an agent's handler of defined tasks": (scene, end, unique) => {
    const definition = defineTask({ type: "work", input: anything, output: anything });
    return withAgent(
      scene,
      unique,
      (agent) => agent.onTask(definition, end),
      () => assign(scene, unique, unique),
    );
  },
  "a schema of input": (scene, end, unique) => {
    const definition = defineTask({ type: "work", input: schemaOf(end), output: anything });
    return withAgent(
      scene,
      unique,
      (agent) => agent.onTask(definition, () => 1),
      () => assign(scene, unique, unique),
    );
  },
  "a schema of output": (scene, end, unique) => {
    const definition = defineTask({ type: "work", input: anything, output: schemaOf(end) });
    return withAgent(
      scene,
      unique,
      (agent) => agent.onTask(definition, () => 1),
      () => assign(scene, unique, unique),
    );
  },
  "a schema of content": (scene, end, unique) => {
    const definition = defineMessage({ type: "question", content: schemaOf(end) });
    return withAgent(
      scene,
      unique,
      (agent) => agent.onMessage(definition, () => ({})),
      () => ask(scene, unique),
    );
  },
  "a schema of what is assigned": async ({ coordinator }, end, unique) => {
    const definition = defineTask({ ...byAnswerer, input: schemaOf(end), output: anything });
    await tryCall("assignTask", () => coordinator.assignTask(definition, 1 as Whatever, { taskId: unique }));
  },
  "a schema of the result": async ({ coordinator }, end, unique) => {
    const definition = defineTask({ ...byAnswerer, input: anything, output: schemaOf(end) });
    const task = await coordinator.assignTask(definition, {}, { taskId: unique });
    await tryCall("result", () => task.result());
  },
  "progress of a task": async (scene, end, unique) => {
    const work = (_: unknown, { progress }: { progress: (percent: number, detail?: string) => void }): number => {
      progress(1, end() as Whatever);
      progress(end() as Whatever);
      return 1;
    };
    await withAgent(
      scene,
      unique,
      (agent) => agent.onTask("work", work),
      () => assign(scene, unique, unique),
    );
  },
  "a listener of records": async ({ transport: { records } }, end, unique) => {
    let heard = 0;
    const listener = (): unknown => {
      heard += 1;
      return end();
    };
    const unwatch = await records.watch("heard", listener as () => void);
    await records.put("heard", unique, 1);
    while (heard === 0) await new Promise((resolve) => setImmediate(resolve));
    await unwatch();
    await records.delete("heard", unique);
  },
  "a listener of the registry": async ({ registry }, end, unique) => {
    const off = registry.on("joined", end as () => void);
    await registry.registerAgent({ id: unique });
    off();
    await registry.unregisterAgent(unique);
  },
  "a strategy": async ({ transport }, end, unique) => {
    const strategy = (): undefined => end() as undefined;
    await using registry = createRegistry({ transport, strategy, onError: () => {} });
    await registry.registerAgent({ id: unique });
    await tryCall("findBestAgent", () => registry.findBestAgent([]), ["HANDLER_FAILED"]);
    await registry.unregisterAgent(unique);
  },
  "a maker of ids": async (_, end) => {
    await using transport = createMemoryTransport({ createId: end as () => string });
    const message = { from: "a", to: "b", type: "note", content: {} };
    const called = await tryCall("send", () => transport.send(message));
    const { ready } = await transport.stats();
    if (ready !== ("error" in called ? 0 : 1)) throw new Error("a message that was refused is stored, or the reverse");
  },
  onError: async (_, end) => {
    const onError = end as () => void;
    await using transport = createMemoryTransport({ onError });
    await using registry = createRegistry({ transport, onError });
    // No agent: reported.
    await transport.records.put("agents", "stranger", { id: 5 });
    await registry.listAgents();
  },
};
