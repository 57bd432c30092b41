import { ask, askUntil, type RedisServer, type SmallDisk } from "@agentcomm/test-redis";
import { countWaiting } from "../oracle/count-waiting.js";
import { journalNow } from "../oracle/read-journals.js";
import type { Scene } from "../scene/scene.js";
import type { Outage } from "./outages.js";

const RECEIVERS = 2;
const CONCURRENCY = 50;
const CALM_MS = 1_500;
const FULL_MS = 2_500;

/** A time during which the disk was full. */
export interface FullDisk extends Outage {
  /** The server had noticed. */
  readonly knownAtMs: number;
}

/** Sends and receives, and meanwhile fills the small disk of the server and frees it, `fills` times. Resolves once everything is handled. */
export async function fillDiskUnderLoad(
  scene: Scene,
  server: RedisServer,
  messages: number,
  fills: number,
): Promise<FullDisk[]> {
  const stopReceivers = await startReceivers(scene, server);
  const { sent } = await startSenders(scene, server, messages, (fills * (CALM_MS + FULL_MS) + CALM_MS) / 1_000);
  const full: FullDisk[] = [];
  while (full.length < fills) {
    await scene.pass(CALM_MS);
    full.push(await fillDisk(scene, server));
    scene.say(`the disk was full ${full.length} times`);
  }
  await scene.until(sent);
  await scene.drained([server], 60_000);
  await stopReceivers();
  return full;
}

async function fillDisk(scene: Scene, server: RedisServer): Promise<FullDisk> {
  const fromMs = journalNow();
  scene.fault("disk full");
  const disk = server.disk as SmallDisk;
  await disk.fill();
  await askUntil(server, "INFO persistence", (reply) => reply.includes("aof_last_write_status:err"));
  const knownAtMs = journalNow();
  await scene.pass(FULL_MS);
  const toMs = journalNow();
  await disk.free();
  await askUntil(server, "INFO persistence", (reply) => reply.includes("aof_last_write_status:ok"));
  return { fromMs, knownAtMs, toMs };
}

/** What was there when memory was full and nobody received. */
export interface FullMemory {
  readonly waiting: number;
  /** Of them after receivers had come, while it was still full. */
  readonly left: number;
}

/** Sends with nobody there to receive, until memory is full; then has it drained while it still is. Resolves once everything is handled. */
export async function fillMemoryUnderLoad(scene: Scene, server: RedisServer, messages: number): Promise<FullMemory> {
  const { sent } = await startSenders(scene, server, messages, 2);
  await scene.becomes(60_000, async () => (await countWaiting([server], scene.namespace)) > messages);
  scene.fault("memory full");
  await ask(server, `CONFIG SET maxmemory ${await usedMemory(server)}`);
  await askUntil(server, "INFO errorstats", (reply) => reply.includes("errorstat_OOM"));
  const waiting = await countWaiting([server], scene.namespace);
  // Less than an empty server takes: it stays full, however much is drained.
  await ask(server, "CONFIG SET maxmemory 500kb");
  const stopReceivers = await startReceivers(scene, server);
  await scene.drained([server], 60_000);
  const left = await countWaiting([server], scene.namespace);
  await ask(server, "CONFIG SET maxmemory 0");
  await scene.until(sent);
  await scene.drained([server], 60_000);
  await stopReceivers();
  return { waiting, left };
}

async function usedMemory(server: RedisServer): Promise<number> {
  return Number(/used_memory:(\d+)/.exec(await ask(server, "INFO memory"))?.[1]);
}

async function startReceivers(scene: Scene, server: RedisServer): Promise<() => Promise<void>> {
  const plan = { mailboxes: ["worker"], concurrency: CONCURRENCY, acks: "handler" } as const;
  const receive = { ...plan, transport: scene.transport(server.url) };
  const receivers = await Promise.all(Array.from({ length: RECEIVERS }, () => scene.receiver(receive)));
  return async () => {
    await scene.stop(receivers);
  };
}

/** Two senders, each of so many messages: one repeats what is refused, the other leaves it. Resolves to when both have sent all. */
async function startSenders(
  scene: Scene,
  server: RedisServer,
  messages: number,
  seconds: number,
): Promise<{ readonly sent: Promise<unknown> }> {
  const load = {
    transport: scene.transport(server.url),
    to: ["worker"],
    count: messages,
    perSecond: messages / seconds,
    window: 50,
    // So that there are handlers at work whose acks have to wait for room.
    work: [{ share: 0.2, work: { kind: "sleep", ms: 300 } }],
  } as const;
  const repeats = await scene.sender({ ...load, onFailure: "repeat" });
  const leaves = await scene.sender({ ...load, onFailure: "leave" });
  return { sent: Promise.all([repeats.done, leaves.done]) };
}
