import type { Transport } from "@agentcomm/protocol";
import { ask, askUntil, type RedisServer, startRedis } from "@agentcomm/test-redis";
import { Redis } from "ioredis";
import { expect } from "vitest";
import { shardOf } from "../src/index.js";
import { numberOf, openScene, type RedisScene } from "./scene.js";

/** A primary, which is the scene's server, and its replica. */
export interface ReplicatedPair extends RedisScene {
  readonly replica: RedisServer;
  /** A client of the replica. */
  readonly replicaClient: Redis;
  /** The replica stands still, and nothing that is written from now on reaches it, not even once it goes on. */
  cutOff(): Promise<void>;
  /** The replica stands for itself from now on. */
  promote(): Promise<void>;
  /** How often the primary was asked to WAIT. */
  waits(): Promise<number>;
  /** How often the replica was told when a key expires. */
  expiries(): Promise<number>;
}

/** Starts both and resolves once the replica has everything. */
export async function openPair(): Promise<ReplicatedPair> {
  const quick = { "repl-diskless-sync-delay": "0" };
  const scene = await openScene({ config: quick });
  const { server, client } = scene;
  const replica = await startReplica(server, quick).catch(async (error: unknown) => {
    await scene[Symbol.asyncDispose]();
    throw error;
  });
  const replicaClient = new Redis(replica.url);
  replicaClient.on("error", () => undefined);
  return {
    ...scene,
    replica,
    replicaClient,
    async cutOff() {
      replica.pause();
      await client.call("CLIENT", "KILL", "TYPE", "replica");
    },
    async promote() {
      await server.kill();
      replica.resume();
      await ask(replica, "REPLICAOF NO ONE");
    },
    async waits() {
      return await callsOf(client, "wait");
    },
    async expiries() {
      return await callsOf(replicaClient, "pexpireat");
    },
    async [Symbol.asyncDispose]() {
      replicaClient.disconnect();
      replica.resume();
      await scene[Symbol.asyncDispose]();
      await replica.stop();
    },
  };
}

async function callsOf(client: Redis, command: string): Promise<number> {
  return Number(new RegExp(`cmdstat_${command}:calls=(\\d+)`).exec(await client.info("commandstats"))?.[1] ?? 0);
}

async function startReplica(primary: RedisServer, config: Record<string, string>): Promise<RedisServer> {
  const replica = await startRedis({ config: { ...config, replicaof: `${primary.host} ${primary.port}` } });
  try {
    await askUntil(primary, "INFO replication", (reply) => reply.includes("state=online"));
  } catch (error) {
    await replica.stop();
    throw error;
  }
  return replica;
}

/** What a call is told that its replica did not confirm. */
export const UNCONFIRMED = {
  code: "TIMEOUT",
  outcome: "unknown",
  retryable: true,
  details: { confirmed: 0, replicas: 1 },
  message: expect.stringContaining("0 of 1 replicas"),
};

/** Whether it has settled, and with what. */
export function watch(promise: Promise<unknown>): { readonly outcome: string } {
  const watched = { outcome: "open" };
  promise.then(
    () => Object.assign(watched, { outcome: "done" }),
    (error: Error) => Object.assign(watched, { outcome: String(error) }),
  );
  return watched;
}

/** Resolves once the primary has been asked to WAIT three times more: by then a promise that ignores the answer has settled. */
export async function threeWaits(pair: ReplicatedPair): Promise<void> {
  const before = await pair.waits();
  await expect.poll(() => pair.waits()).toBeGreaterThan(before + 3);
}

/** How many messages a server has for bob. */
export function stored(client: Redis, namespace: string): Promise<number> {
  return client.xlen(`${namespace}:{${shardOf("bob")}}:q:bob:m`);
}

/** What bob gets, in its order. */
export async function received(transport: Transport): Promise<unknown[]> {
  return (await transport.receive("bob", { limit: 1_000 })).map(numberOf);
}
