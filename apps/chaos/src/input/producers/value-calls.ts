import {
  type AgentMessage,
  coordination,
  createMessage,
  decodeMessage,
  defineMessage,
  encodeMessage,
  errorReport,
  heartbeat,
  type MessageInput,
  type Receipt,
  statusUpdate,
  taskAssignment,
  taskResponse,
} from "@agentcomm/protocol";
import { anything } from "./anything.js";
import type { ProducerScene } from "./producer-scene.js";

/** Where all that is sent goes, unless the value says where. */
export const TARGET = "target";

/** What the calls of the library take is typed; what is tried is what the types forbid. */
type Whatever = never;

/** A place where a program hands over a value that is sent or kept. */
export interface ValuePlace {
  /** The levels of objects around the value. */
  readonly levels: number;
  /** Which JSON must be taken there. Absent: what is asked for is of a grammar of its own. */
  readonly takes?: (value: unknown) => boolean;
  /** What a message says there. Absent: it may not arrive, or not as one. */
  readonly part?: (message: AgentMessage) => unknown;
}

/** Sends with the value somewhere in a message; `send` resolves to how many were stored, and rejects if the value was refused. */
export interface SendingPlace extends ValuePlace {
  send(scene: ProducerScene, value: unknown): Promise<number>;
}

/** Builds or reads with the value, and stores nothing. */
export interface BuildingPlace extends ValuePlace {
  build(value: unknown): unknown;
}

const note: MessageInput = { from: "sender", to: TARGET, type: "note", content: {} };
const aroundTasks = { from: "sender", to: TARGET, taskId: "t", attempt: 1 } as const;

/** Whether the value is an object that is no array. */
export const isObject = (value: unknown): boolean =>
  typeof value === "object" && value !== null && !Array.isArray(value);
/** Any value at all. */
export const isAnything = (): boolean => true;
const isText = (value: unknown): boolean => typeof value === "string";

/** The whole content; some of it, by its path. */
const wholeContent = { levels: 1, takes: isObject, part: ({ content }: AgentMessage) => content } as const;
const inContent = (takes: ValuePlace["takes"], ...path: readonly (string | number)[]) => ({
  levels: 1 + path.length,
  ...(takes === undefined ? {} : { takes }),
  part: ({ content }: AgentMessage) =>
    path.reduce<unknown>((value, key) => (value as Readonly<Record<string, unknown>>)[key], content),
});

// A message to everybody goes to agents, which take it: there is nothing to count.
const isCounted = (to: unknown): boolean => to !== "*";

const send = async ({ transport }: ProducerScene, message: object): Promise<number> => {
  const { stored } = await transport.send(message as Whatever);
  return isCounted("to" in message && message.to) ? stored : 0;
};

const isError = (result: Receipt | Error): result is Error => !("stored" in result);

const field = (name: keyof AgentMessage | "unknown"): SendingPlace => ({
  levels: 1,
  send: (scene, value) => send(scene, { ...note, [name]: value }),
});
const fieldThatArrives = (name: keyof AgentMessage): SendingPlace => ({
  ...field(name),
  part: (message) => message[name],
});
const content = (type: string, make: (value: unknown) => object, place: ValuePlace): SendingPlace => ({
  ...place,
  send: (scene, value) => send(scene, { ...note, type, content: make(value) }),
});

/** All the places of a message in which a value may be sent. */
export const SENDING_PLACES: Readonly<Record<string, SendingPlace>> = {
  content: { ...wholeContent, send: (scene, value) => send(scene, { ...note, content: value }) },
  "inside content": content("note", (a) => ({ a }), inContent(isAnything, "a")),
  "deep inside content": content("note", (b) => ({ a: [{ b }] }), inContent(isAnything, "a", 0, "b")),
  "parameters of a task": content(
    "task_assignment",
    (parameters) => ({ taskId: "t", parameters }),
    inContent(isObject, "parameters"),
  ),
  "result of a task": content("task_response", (result) => ({ result }), inContent(isAnything, "result")),
  "error of a task": content("task_response", (error) => ({ error }), inContent(undefined, "error")),
  "status of an agent": content("status_update", (status) => ({ status }), inContent(isText, "status")),
  headers: fieldThatArrives("headers"),
  "a header": {
    levels: 2,
    takes: isText,
    part: ({ headers }) => headers?.a,
    send: (scene, value) => send(scene, { ...note, headers: { a: value } }),
  },
  trace: fieldThatArrives("trace"),
  tracestate: {
    levels: 2,
    takes: isText,
    part: ({ trace }) => trace?.tracestate,
    send: (scene, value) =>
      send(scene, { ...note, trace: { traceparent: `00-${"0".repeat(32)}-${"0".repeat(16)}-00`, tracestate: value } }),
  },
  id: fieldThatArrives("id"),
  from: fieldThatArrives("from"),
  to: field("to"),
  type: fieldThatArrives("type"),
  priority: fieldThatArrives("priority"),
  timestamp: fieldThatArrives("timestamp"),
  correlationId: fieldThatArrives("correlationId"),
  expiresAt: fieldThatArrives("expiresAt"),
  "an unknown field": field("unknown"),
  "the whole message": { levels: 0, send: (scene, value) => send(scene, value as Whatever) },
  "one of many": {
    levels: 1,
    async send({ transport }, value) {
      const beside = { ...note, to: "beside" };
      const [first, own, last] = await transport.sendMany([beside, value as Whatever, beside]);
      if (first === undefined || own === undefined || last === undefined) throw new Error("a message has no result");
      if (isError(first) || isError(last)) throw new Error("a message was refused with the one beside it");
      await transport.deleteMailbox("beside", { discard: true });
      if (isError(own)) throw own;
      return own.stored;
    },
  },
  "all of many": {
    levels: 0,
    async send({ transport }, value) {
      const results = await transport.sendMany(value as Whatever);
      const [first] = results.filter(isError);
      if (first !== undefined && results.every(isError)) throw first;
      return results.reduce((sum, result) => sum + (isError(result) ? 0 : result.stored), 0);
    },
  },
  "an agent's content": {
    ...wholeContent,
    send: async ({ agent }, value) => (await agent.send(TARGET, { type: "note", content: value as Whatever })).stored,
  },
  "an agent's message": {
    levels: 0,
    send: async ({ agent }, value) => (await agent.send(TARGET, value as Whatever)).stored,
  },
  "an agent's receiver": {
    levels: 1,
    send: async ({ agent }, value) =>
      (await agent.send(value as Whatever, { type: "note", content: {} })).stored * Number(isCounted(value)),
  },
  "a coordinator's broadcast": {
    levels: 1,
    takes: isObject,
    send: async ({ coordinator }, value) =>
      (await coordinator.broadcastMessage("note", value as Whatever)).stored * Number(isCounted("*")),
  },
};

/** All that builds or reads a message. */
export const BUILDING_PLACES: Readonly<Record<string, BuildingPlace>> = {
  createMessage: { levels: 0, build: (value) => createMessage(value as Whatever) },
  "createMessage, its content": {
    ...wholeContent,
    build: (value) => createMessage({ ...note, content: value as Whatever }),
  },
  encodeMessage: { levels: 0, build: (value) => encodeMessage(value as Whatever) },
  decodeMessage: { levels: 0, build: (value) => decodeMessage(value as Whatever) },
  taskAssignment: { levels: 0, build: (value) => taskAssignment(value as Whatever) },
  "taskAssignment, its parameters": {
    ...inContent(isObject, "parameters"),
    build: (value) => taskAssignment({ ...aroundTasks, taskType: "work", parameters: value as Whatever }),
  },
  taskResponse: {
    ...inContent(isAnything, "result"),
    build: (value) => taskResponse({ ...aroundTasks, status: "completed", result: value as Whatever }),
  },
  statusUpdate: {
    ...inContent(isText, "detail"),
    build: (value) => statusUpdate({ from: "a", to: "b", status: "s", detail: value as Whatever }),
  },
  heartbeat: {
    ...inContent(isObject, "metrics"),
    build: (value) => heartbeat({ from: "a", to: "b", status: "s", currentTasks: 0, metrics: value as Whatever }),
  },
  errorReport: {
    ...inContent(isAnything, "details"),
    build: (value) =>
      errorReport({ from: "a", to: "b", errorType: "e", errorMessage: "m", details: value as Whatever }),
  },
  coordination: {
    ...inContent(isAnything, "data"),
    build: (value) => coordination({ from: "a", to: "b", action: "x", data: value as Whatever }),
  },
  "defineMessage, create": {
    ...wholeContent,
    build: (value) => defineMessage({ type: "note", content: anything }).create({ from: "a", to: "b", content: value }),
  },
  "defineMessage, create of": {
    levels: 0,
    build: (value) => defineMessage({ type: "note", content: anything }).create(value as Whatever),
  },
  "defineMessage, read": {
    levels: 0,
    build: (value) => defineMessage({ type: "note", content: anything }).read(value as Whatever),
  },
};
