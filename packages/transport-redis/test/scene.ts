import { randomBytes } from "node:crypto";
import type { AgentCommError, AgentMessage, MessageInput, Transport } from "@agentcomm/protocol";
import { type RedisOptions, type RedisServer, startRedis } from "@agentcomm/test-redis";
import { Redis } from "ioredis";
import { createRedisTransport, type RedisTransportOptions } from "../src/index.js";

/** A server of its own, a client to look at it with, and transports in a namespace of their own. */
export interface RedisScene extends AsyncDisposable {
  readonly server: RedisServer;
  readonly client: Redis;
  readonly namespace: string;
  /** What the transports told of failures in the background. */
  readonly troubles: AgentCommError[];
  /** One more process, so to speak. Closed with the scene. */
  transport(options?: RedisTransportOptions): Transport;
}

export async function openScene(options: RedisOptions = {}): Promise<RedisScene> {
  const server = await startRedis(options);
  const client = new Redis(server.url);
  // Tests pause, kill and fill the server: what this client makes of it is of no interest.
  client.on("error", () => {});
  const namespace = `test-${randomBytes(4).toString("hex")}`;
  const troubles: AgentCommError[] = [];
  const transports: Transport[] = [];
  return {
    server,
    client,
    namespace,
    troubles,
    transport(given) {
      const onError = (error: AgentCommError) => void troubles.push(error);
      const transport = createRedisTransport({ url: server.url, namespace, onError, ...given });
      transports.push(transport);
      return transport;
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(transports.map((transport) => transport.close()));
      client.disconnect();
      await server.stop();
    },
  };
}

/** A message from "sender", told apart by `n`. */
export function note(to: string, n: number | string, priority: AgentMessage["priority"] = "medium"): MessageInput {
  return { from: "sender", to, type: "note", content: { n }, priority };
}

/** The `n` of a message. */
export function numberOf(delivery: { readonly message: AgentMessage }): unknown {
  return (delivery.message.content as { n: unknown }).n;
}

/** How often the server was asked to run a script since `resetCounts`. */
export async function scriptCount(client: Redis): Promise<number> {
  const stats = await client.info("commandstats");
  const count = (name: string) => Number(new RegExp(`cmdstat_${name}:calls=(\\d+)`).exec(stats)?.[1] ?? 0);
  return count("eval") + count("evalsha");
}
