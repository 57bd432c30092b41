import { isDeepStrictEqual } from "node:util";
import { createAgent } from "@agentcomm/agent";
import {
  AgentCommError,
  defineMessage,
  defineTask,
  type StandardSchema,
  type TaskResponseContent,
} from "@agentcomm/protocol";
import { createRegistry } from "@agentcomm/registry";
import { createMemoryBroker, createMemoryTransport } from "@agentcomm/transport-memory";
import { lettersIn } from "../entries/check-entries.js";
import { isIdentifier } from "../entries/inspect-message.js";
import { countSettled } from "../entries/settled.js";
import { expectAgentCommError } from "../expect-agent-comm-error.js";
import { expectSame, expectTaken } from "../values/arrival.js";
import { asValue, type HostileEnd, type Outcome } from "../values/hostile-end.js";
import { type Called, tryCall } from "../values/try-call.js";
import { anything } from "./anything.js";
import { ANSWERING, type ProducerScene } from "./producer-scene.js";
import { isAnything, isObject } from "./value-calls.js";

type Whatever = never;

/**
 * Lets a function of a user's end so, and sees that whoever waits is told how it ended, and that the next one is served. Throws if
 * not.
 */
export type HostileHandler = (scene: ProducerScene, how: HostileEnd, unique: string) => Promise<void>;

/** A schema whose answer is the function's. */
const schemaOf = ({ end }: HostileEnd): StandardSchema => ({
  "~standard": { version: 1, vendor: "chaos", validate: () => end() as Whatever },
});

/** Whether what such a schema answers means that all is well: an object without issues, whose value is at hand. */
function isValid({ awaited }: HostileEnd): boolean {
  if (awaited.fails || typeof awaited.value !== "object" || awaited.value === null) return false;
  const { issues, value } = awaited.value as {
    readonly issues?: unknown;
    readonly value?: { readonly then?: unknown };
  };
  return issues === undefined && typeof value?.then !== "function";
}

const byAnswerer = { type: "work", requiredCapabilities: [ANSWERING] };

const ASKING = { timeoutMs: 10_000 };

/** What an agent makes of a question: an answer, or a failure that its asker is told. */
const ask = ({ agent }: ProducerScene, to: string): Promise<Called> =>
  tryCall("request", () => agent.request(to, { type: "question", content: {} }, ASKING), ["HANDLER_FAILED"]);

/** What an agent makes of a task: its result, or why it failed. */
async function assign({ agent }: ProducerScene, to: string): Promise<Called> {
  const content = { taskId: to, taskType: "work" };
  const { status, result, error } = await agent.request<"task_assignment", TaskResponseContent>(
    to,
    { type: "task_assignment", content },
    ASKING,
  );
  if (status === "completed") return { value: result };
  if (status !== "failed") throw new Error(`the task is ${String(status)}`);
  if (typeof error?.message !== "string") throw new Error("the task failed without a word");
  return { error: new AgentCommError("TASK_FAILED", error.message) };
}

/** Throws unless the call failed if it must, and otherwise came to that. */
function expectOutcome(called: Called, expected: Outcome): void {
  if ("error" in called !== expected.fails)
    throw new Error(expected.fails ? "it failed, and nobody was told" : "it was well, and is told to have failed", {
      cause: "error" in called ? called.error : undefined,
    });
  if ("value" in called && !expected.fails && !isDeepStrictEqual(called.value, expected.value))
    throw new Error(`it came to ${JSON.stringify(called.value)?.slice(0, 200)}`);
}

const FAILS: Outcome = { fails: true };
const comesTo = (value: unknown): Outcome => ({ fails: false, value });

/** Throws unless who waits for a value got what can be sent of it, and of what cannot a failure. */
function expectSent(called: Called, how: HostileEnd, levelsAround: number, takes: (value: unknown) => boolean): void {
  const arrival = how.arrival(levelsAround);
  if (how.awaited.fails) expectOutcome(called, FAILS);
  else expectTaken(arrival, called, takes);
  if ("error" in called) return;
  if (arrival.must !== "be refused" && !takes(arrival.as)) throw new Error("what is no answer was taken for one");
  expectSame(arrival, called.value);
}

const isAnswer = (value: unknown): boolean => value === undefined || isObject(value);

/** Throws unless so many dead letters are in the mailbox, each of which says why. */
async function expectLetters({ transport }: ProducerScene, agentId: string, count: number): Promise<void> {
  const letters = await lettersIn(transport, agentId);
  for (const { detail, reason } of letters) {
    if (reason !== "poison" && reason !== "rejected") throw new Error(`a message is ${reason}`);
    if (typeof detail !== "string") throw new Error("a dead letter does not say why");
  }
  if (letters.length !== count) throw new Error(`there are ${letters.length} dead letters instead of ${count}`);
}

/** An agent of that id with handlers of the case's, among others; it must answer the next question. */
async function withAgent(
  scene: ProducerScene,
  id: string,
  prepare: (agent: ReturnType<typeof createAgent>) => void,
  use: () => Promise<void>,
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

/** Throws unless a listener that failed was reported, as often as it was called, and one that did not never. */
async function expectReported(
  { awaited }: HostileEnd,
  listen: (onError: (error: unknown) => void, heard: () => void) => Promise<void>,
): Promise<void> {
  let calls = 0;
  const reported: unknown[] = [];
  await listen(
    (error) => void reported.push(error),
    () => {
      calls += 1;
    },
  );
  if (calls === 0) throw new Error("the listener was not called");
  for (const error of reported) expectAgentCommError(error, "what a listener threw", ["HANDLER_FAILED"]);
  const due = awaited.fails ? calls : 0;
  if (reported.length !== due) throw new Error(`${reported.length} failures were reported instead of ${due}`);
}

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Every place where the library calls a function of the user's. */
export const HOSTILE_HANDLERS: Readonly<Record<string, HostileHandler>> = {
  "a subscription's handler": async (scene, { end, awaited }, unique) => {
    const { transport } = scene;
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
    await expectLetters(scene, unique, awaited.fails ? 1 : 0);
    await transport.deleteMailbox(unique, { discard: true });
  },
  "an agent's handler of messages": (scene, how, unique) =>
    withAgent(
      scene,
      unique,
      (agent) => agent.onMessage("question", how.end),
      async () => expectSent(await ask(scene, unique), how, 1, isAnswer),
    ),
  "an agent's handler of messages, and nobody waits": (scene, how, unique) =>
    withAgent(
      scene,
      unique,
      (agent) => agent.onMessage("question", how.end),
      async () => {
        using settled = countSettled(scene.transport, unique);
        await scene.agent.send(unique, { type: "question", content: {} });
        await settled.reaches(1);
        // What it returns travels back if it is an object; what else it returns is nobody's.
        const { value } = how.awaited.fails ? {} : how.awaited;
        const arrival = how.arrival(1);
        if (how.awaited.fails) await expectLetters(scene, unique, 1);
        else if (!isObject(value) || arrival.must === "arrive") await expectLetters(scene, unique, 0);
        else if (arrival.must === "be refused") await expectLetters(scene, unique, 1);
      },
    ),
  "an agent's handler of tasks": (scene, how, unique) =>
    withAgent(
      scene,
      unique,
      (agent) => agent.onTask("work", how.end),
      async () => expectSent(await assign(scene, unique), how, 2, isAnything),
    ),
  "an agent's handler of defined tasks": (scene, how, unique) => {
    const definition = defineTask({ type: "work", input: anything, output: anything });
    return withAgent(
      scene,
      unique,
      (agent) => agent.onTask(definition, how.end),
      async () => expectSent(await assign(scene, unique), how, 2, isAnything),
    );
  },
  "a schema of input": (scene, how, unique) => {
    const definition = defineTask({ type: "work", input: schemaOf(how), output: anything });
    return withAgent(
      scene,
      unique,
      (agent) => agent.onTask(definition, () => 1),
      async () => expectOutcome(await assign(scene, unique), isValid(how) ? comesTo(1) : FAILS),
    );
  },
  "a schema of output": (scene, how, unique) => {
    const definition = defineTask({ type: "work", input: anything, output: schemaOf(how) });
    return withAgent(
      scene,
      unique,
      (agent) => agent.onTask(definition, () => 1),
      async () => expectOutcome(await assign(scene, unique), isValid(how) ? comesTo(1) : FAILS),
    );
  },
  "a schema of content": (scene, how, unique) => {
    const definition = defineMessage({ type: "question", content: schemaOf(how) });
    return withAgent(
      scene,
      unique,
      (agent) => agent.onMessage(definition, () => ({ read: true })),
      async () => expectOutcome(await ask(scene, unique), isValid(how) ? comesTo({ read: true }) : FAILS),
    );
  },
  "a schema of what is assigned": async ({ coordinator }, how, unique) => {
    const definition = defineTask({ ...byAnswerer, input: schemaOf(how), output: anything });
    const called = await tryCall("assignTask", async () => {
      const task = await coordinator.assignTask(definition, {} as Whatever, { taskId: unique });
      return await task.result();
    });
    expectOutcome(called, isValid(how) ? comesTo({ done: true }) : FAILS);
  },
  "a schema of the result": async ({ coordinator }, how, unique) => {
    const definition = defineTask({ ...byAnswerer, input: anything, output: schemaOf(how) });
    const task = await coordinator.assignTask(definition, {}, { taskId: unique });
    const called = await tryCall("result", async () => typeof (await task.result()));
    const { value } = how.awaited.fails ? {} : how.awaited;
    expectOutcome(called, isValid(how) ? comesTo(typeof (value as { readonly value?: unknown }).value) : FAILS);
  },
  "progress of a task": async (scene, { end, atOnce }, unique) => {
    const work = (_: unknown, { progress }: { progress: (percent: number, detail?: string) => void }): number => {
      progress(1, asValue(end) as Whatever);
      progress(asValue(end) as Whatever);
      return 1;
    };
    const percent = atOnce.fails ? undefined : atOnce.value;
    const isPercent = typeof percent === "number" && percent >= 0 && percent <= 100;
    await withAgent(
      scene,
      unique,
      (agent) => agent.onTask("work", work),
      async () => expectOutcome(await assign(scene, unique), isPercent ? comesTo(1) : FAILS),
    );
  },
  "a listener of records": (_, how, unique) =>
    expectReported(how, async (onError, heard) => {
      await using transport = createMemoryTransport({ broker: createMemoryBroker(), onError });
      let calls = 0;
      const listener = (): unknown => {
        calls += 1;
        heard();
        return how.end();
      };
      const unwatch = await transport.records.watch("heard", listener as () => void);
      await transport.records.put("heard", unique, 1);
      while (calls === 0) await nextTurn();
      await unwatch();
      await nextTurn();
    }),
  "a listener of the registry": (_, how, unique) =>
    expectReported(how, async (onError, heard) => {
      await using transport = createMemoryTransport({ broker: createMemoryBroker(), onError });
      await using registry = createRegistry({ transport, onError });
      const listener = (): unknown => {
        heard();
        return how.end();
      };
      const off = registry.on("joined", listener as () => void);
      await registry.registerAgent({ id: unique });
      await nextTurn();
      off();
      await registry.unregisterAgent(unique);
    }),
  "a strategy": async ({ transport }, { end, atOnce }, unique) => {
    const strategy = (): undefined => asValue(end) as undefined;
    await using registry = createRegistry({ transport, strategy, onError: () => {} });
    await registry.registerAgent({ id: unique });
    const called = await tryCall("findBestAgent", () => registry.findBestAgent([]), ["HANDLER_FAILED"]);
    expectOutcome(called, !atOnce.fails && atOnce.value === undefined ? comesTo(undefined) : FAILS);
    await registry.unregisterAgent(unique);
  },
  "a maker of ids": async (_, { end, atOnce }) => {
    const createId = (): string => asValue(end) as string;
    await using transport = createMemoryTransport({ broker: createMemoryBroker(), createId });
    const message = { from: "a", to: "b", type: "note", content: {} };
    const called = await tryCall("send", async () => (await transport.send(message)).id);
    const id = atOnce.fails ? undefined : atOnce.value;
    expectOutcome(called, typeof id === "string" && isIdentifier(id) ? comesTo(id) : FAILS);
    const { ready } = await transport.stats();
    if (ready !== ("error" in called ? 0 : 1)) throw new Error("a message that was refused is stored, or the reverse");
  },
  onError: async (_, { end }) => {
    let told = 0;
    const onError = (): unknown => {
      told += 1;
      return end();
    };
    await using transport = createMemoryTransport({ broker: createMemoryBroker(), onError: onError as () => void });
    await using registry = createRegistry({ transport, onError: onError as () => void });
    // No agent: reported.
    await transport.records.put("agents", "stranger", { id: 5 });
    await registry.listAgents();
    if (told === 0) throw new Error("nobody was told of a record that is no agent's");
  },
};
