import type { AgentCommError, Transport, TransportOptions } from "@agentcomm/protocol";
import { createMemoryBroker, createMemoryTransport } from "@agentcomm/transport-memory";
import { createRedisTransport, shardOf } from "@agentcomm/transport-redis";
import { Redis } from "ioredis";
import type { InputEnvironment } from "../input-class.js";
import type { FieldRules, StoredEntry } from "./stored-entry.js";

/** A store that a stranger writes to behind the library's back, and a transport on it. */
export interface EntryStore extends AsyncDisposable {
  readonly name: string;
  readonly rules: FieldRules;
  readonly transport: Transport;
  /** What the transport told of failures in the background. */
  readonly troubles: AgentCommError[];
  /** Puts entries into a mailbox as they are. */
  put(agentId: string, entries: readonly StoredEntry[]): Promise<void>;
}

/** A Redis store: also its keys, for who would spoil them. */
export interface RedisEntryStore extends EntryStore {
  readonly client: Redis;
  readonly namespace: string;
  /** The key that begins as those of a mailbox or collection of that name do, with their shard, and goes on like this. */
  keyOf(inShardOf: string, rest: string): string;
  /** One more process, so to speak. Closed by who asked for it. */
  connect(): Transport;
}

/** A store in memory. */
export function openMemoryEntryStore(options: TransportOptions = {}): EntryStore {
  const broker = createMemoryBroker();
  const troubles: AgentCommError[] = [];
  const transport = createMemoryTransport({ ...options, broker, onError: (error) => void troubles.push(error) });
  return {
    name: "memory",
    rules: { repeats: false, digest: false },
    transport,
    troubles,
    async put(agentId, entries) {
      for (const { fields } of entries) {
        const record = Object.fromEntries(fields.map(([name, value]) => [name.toString(), value]));
        broker.putRaw("agentcomm", agentId, record);
      }
    },
    [Symbol.asyncDispose]: () => transport.close(),
  };
}

let namespaces = 0;

/** A store on Redis, in a namespace of its own. What it stored is removed with the environment. */
export function openRedisEntryStore(
  { redisUrl: url, namespace: prefix }: InputEnvironment,
  options: TransportOptions = {},
): RedisEntryStore {
  const namespace = `${prefix}-${process.pid}-${++namespaces}`;
  const client = new Redis(url);
  const troubles: AgentCommError[] = [];
  const connect = () =>
    createRedisTransport({ ...options, url, namespace, onError: (error) => void troubles.push(error) });
  const transport = connect();
  const keyOf = (inShardOf: string, rest: string) => `${namespace}:{${shardOf(inShardOf)}}:${rest}`;
  return {
    name: "Redis",
    rules: { repeats: true, digest: true },
    transport,
    troubles,
    client,
    namespace,
    keyOf,
    connect,
    async put(agentId, entries) {
      const queue = keyOf(agentId, `q:${agentId}:m`);
      const adding = client.pipeline();
      // An entry of a stream has a field at least.
      for (const { fields } of entries) if (fields.length > 0) adding.call("XADD", [queue, "*", ...fields.flat()]);
      for (const [error] of (await adding.exec()) ?? []) if (error !== null) throw error;
    },
    async [Symbol.asyncDispose]() {
      await transport.close();
      client.disconnect();
    },
  };
}
