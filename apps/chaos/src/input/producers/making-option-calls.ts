import { tmpdir } from "node:os";
import { join } from "node:path";
import { enableFileLogging } from "@agentcomm/file-logger";
import {
  createId,
  createIdGenerator,
  createMessage,
  decodeMessage,
  defineMessage,
  defineTask,
  encodeMessage,
  settingsFromEnv,
  subscribeDiagnostics,
  transportFromSettings,
} from "@agentcomm/protocol";
import { createMemoryBroker, createMemoryTransport } from "@agentcomm/transport-memory";
import { createRedisTransport } from "@agentcomm/transport-redis";
import { anything } from "./anything.js";
import type { OptionCall } from "./option-calls.js";

const TRANSPORT = [
  "timeoutMs",
  "maxMessageBytes",
  "maxDepth",
  "maxDeliveries",
  "retryBackoff",
  "mailboxIdleMs",
  "onError",
  "clock",
  "random",
  "createId",
  "namespace",
];

const note = {
  id: "1",
  from: "a",
  to: "b",
  type: "note",
  content: {},
  priority: "medium",
  timestamp: "2026-01-01",
} as const;
const silent = (): void => {};
// Where nothing is ever written: no line is logged while it is open.
const NOWHERE = join(tmpdir(), "agentcomm-nothing-is-written-here");

/** What makes something, and what needs nothing that is made. */
export const MAKING_CALLS: Readonly<Record<string, OptionCall>> = {
  createMemoryTransport: {
    names: ["broker", ...TRANSPORT],
    call: (_, options) => createMemoryTransport(options).close(),
  },
  createMemoryBroker: { names: ["clock"], call: (_, options) => createMemoryBroker(options).contents("none") },
  putRaw: { names: ["priority"], call: (_, options) => createMemoryBroker().putRaw("n", "a", {}, options) },
  "putRaw, its fields": {
    argument: "fields",
    names: ["message"],
    call: (_, fields) => createMemoryBroker().putRaw("n", "a", fields),
  },
  createRedisTransport: {
    names: ["url", "client", "cluster", "sentinel", "username", "password", "tls", "stallMs", "replicas", ...TRANSPORT],
    // Closed before it was opened: nothing connects.
    call: (_, options) => createRedisTransport(options).close(),
  },
  defineTask: {
    names: ["type", "input", "output", "requiredCapabilities", "description"],
    base: () => ({ type: "work", input: anything, output: anything }),
    call: (_, options) => defineTask(options),
  },
  defineMessage: {
    names: ["type", "content"],
    base: () => ({ type: "note", content: anything }),
    call: (_, options) => defineMessage(options),
  },
  "createMessage, its options": {
    names: ["createId", "now", "limits"],
    base: () => ({ createId }),
    call: (_, options) => createMessage({ from: "a", to: "b", type: "note", content: {} }, options),
  },
  "encodeMessage, its limits": {
    argument: "limits",
    names: ["maxMessageBytes", "maxDepth"],
    call: (_, limits) => encodeMessage(note, limits),
  },
  "decodeMessage, its limits": {
    argument: "limits",
    names: ["maxMessageBytes", "maxDepth"],
    call: (_, limits) => decodeMessage(encodeMessage(note), limits),
  },
  createIdGenerator: { names: ["now", "random"], call: (_, options) => createIdGenerator(options) },
  settingsFromEnv: {
    argument: "env",
    names: [
      "AGENT_COMMUNICATION_MODE",
      "REDIS_URL",
      "AGENT_DEFAULT_TIMEOUT",
      "AGENT_MAX_RETRIES",
      "AGENT_HEARTBEAT_INTERVAL",
      "AGENT_LOG_DIR",
    ],
    call: (_, env) => settingsFromEnv(env),
  },
  transportFromSettings: {
    argument: "settings",
    names: ["mode"],
    call: ({ transport }, settings) =>
      transportFromSettings(settings, { memory: () => transport, redis: () => transport }),
  },
  "a listener of diagnostics": {
    argument: "listener",
    names: [],
    call: (_, listener) => subscribeDiagnostics("task.expired", listener)(),
  },
  enableFileLogging: {
    names: ["includeBodies", "redact", "maxBufferBytes", "flushIntervalMs", "timeoutMs", "onError", "clock"],
    base: () => ({ baseDir: NOWHERE, onError: silent }),
    async call(_, options) {
      const logger = enableFileLogging(options);
      await logger.close();
    },
  },
};
