import {
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
const TARGET = "target";

/** What the calls of the library take is typed; what is tried is what the types forbid. */
type Whatever = never;

/** Sends with the value somewhere in a message; resolves to how many were stored. */
export type SendingCall = (scene: ProducerScene, value: unknown) => Promise<number>;

const note: MessageInput = { from: "sender", to: TARGET, type: "note", content: {} };
const aroundTasks = { from: "sender", to: TARGET, taskId: "t", attempt: 1 } as const;

// A message to everybody goes to agents, which take it: there is nothing to count.
const isCounted = (to: unknown): boolean => to !== "*";

const send = async ({ transport }: ProducerScene, message: object): Promise<number> => {
  const { stored } = await transport.send(message as Whatever);
  return isCounted("to" in message && message.to) ? stored : 0;
};

const field =
  (name: string): SendingCall =>
  (scene, value) =>
    send(scene, { ...note, [name]: value });

const countStored = (results: readonly (Receipt | Error)[]): number =>
  results.reduce((sum, result) => sum + ("stored" in result ? result.stored : 0), 0);

/** All the places of a message in which a value may be sent. */
export const SENDING_CALLS: Readonly<Record<string, SendingCall>> = {
  content: field("content"),
  "inside content": (scene, value) => send(scene, { ...note, content: { a: value } }),
  "deep inside content": (scene, value) => send(scene, { ...note, content: { a: [{ b: value }] } }),
  "parameters of a task": (scene, value) =>
    send(scene, { ...note, type: "task_assignment", content: { taskId: "t", parameters: value } }),
  "result of a task": (scene, value) => send(scene, { ...note, type: "task_response", content: { result: value } }),
  "error of a task": (scene, value) => send(scene, { ...note, type: "task_response", content: { error: value } }),
  "status of an agent": (scene, value) => send(scene, { ...note, type: "status_update", content: { status: value } }),
  headers: field("headers"),
  "a header": (scene, value) => send(scene, { ...note, headers: { a: value } }),
  trace: field("trace"),
  tracestate: (scene, value) =>
    send(scene, { ...note, trace: { traceparent: `00-${"0".repeat(32)}-${"0".repeat(16)}-00`, tracestate: value } }),
  id: field("id"),
  from: field("from"),
  to: field("to"),
  type: field("type"),
  priority: field("priority"),
  timestamp: field("timestamp"),
  correlationId: field("correlationId"),
  expiresAt: field("expiresAt"),
  "an unknown field": field("unknown"),
  "the whole message": (scene, value) => send(scene, value as Whatever),
  "one of many": async ({ transport }, value) => countStored(await transport.sendMany([note, value as Whatever, note])),
  "all of many": async ({ transport }, value) => countStored(await transport.sendMany(value as Whatever)),
  "an agent's content": async ({ agent }, value) =>
    (await agent.send(TARGET, { type: "note", content: value as Whatever })).stored,
  "an agent's message": async ({ agent }, value) => (await agent.send(TARGET, value as Whatever)).stored,
  "an agent's receiver": async ({ agent }, value) =>
    (await agent.send(value as Whatever, { type: "note", content: {} })).stored * Number(isCounted(value)),
  "a coordinator's broadcast": async ({ coordinator }, value) =>
    (await coordinator.broadcastMessage("note", value as Whatever)).stored * Number(isCounted("*")),
};

/** Builds or reads with the value, and stores nothing. */
export const BUILDING_CALLS: Readonly<Record<string, (value: unknown) => unknown>> = {
  createMessage: (value) => createMessage(value as Whatever),
  "createMessage, its content": (value) => createMessage({ ...note, content: value as Whatever }),
  encodeMessage: (value) => encodeMessage(value as Whatever),
  decodeMessage: (value) => decodeMessage(value as Whatever),
  taskAssignment: (value) => taskAssignment(value as Whatever),
  "taskAssignment, its parameters": (value) =>
    taskAssignment({ ...aroundTasks, taskType: "work", parameters: value as Whatever }),
  taskResponse: (value) => taskResponse({ ...aroundTasks, status: "completed", result: value as Whatever }),
  statusUpdate: (value) => statusUpdate({ from: "a", to: "b", status: "s", detail: value as Whatever }),
  heartbeat: (value) => heartbeat({ from: "a", to: "b", status: "s", currentTasks: 0, metrics: value as Whatever }),
  errorReport: (value) =>
    errorReport({ from: "a", to: "b", errorType: "e", errorMessage: "m", details: value as Whatever }),
  coordination: (value) => coordination({ from: "a", to: "b", action: "x", data: value as Whatever }),
  "defineMessage, create": (value) =>
    defineMessage({ type: "note", content: anything }).create({ from: "a", to: "b", content: value }),
  "defineMessage, create of": (value) => defineMessage({ type: "note", content: anything }).create(value as Whatever),
  "defineMessage, read": (value) => defineMessage({ type: "note", content: anything }).read(value as Whatever),
};
