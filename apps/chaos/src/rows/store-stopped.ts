import { type RedisServer, startProxy, type TcpProxy } from "@agentcomm/test-redis";
import { AcceptedWatch } from "../oracle/accepted-watch.js";
import { journalNow } from "../oracle/read-journals.js";
import type { Scene } from "../scene/scene.js";
import { beingAccepted } from "./being-accepted.js";
import { atLeast, atMost, nothingLost } from "./checks.js";
import { ENDLESS } from "./endless.js";
import { acceptedFrom, type Outage, outagesOf, underLoad } from "./outages.js";
import type { Row } from "./row.js";
import { worstOf } from "./worst-of.js";

/** Servers with clients of their own, side by side: one after the other, the faults would take a quarter of an hour. */
const GROUPS = 5;
const CONCURRENCY = 50;
const PATIENCE_MS = 300_000;
/** `calmMs`: between two faults, to connect again and for messages to flow. */
const TIMES = {
  timeoutMs: 2_000,
  stallMs: 5_000,
  shortestStopMs: 1_000,
  longestStopMs: 15_000,
  blackHoleMs: 30_000,
  calmMs: 2_000,
};
/** A small run has no time for faults as long as those of a large one; its calls run into their deadlines all the same. */
const SHORT_TIMES = {
  timeoutMs: 500,
  stallMs: 700,
  shortestStopMs: 600,
  longestStopMs: 1_000,
  blackHoleMs: 2_000,
  calmMs: 1_500,
};

/** What happens to each server. */
interface GroupPlan extends Readonly<typeof TIMES> {
  /** The number of its sender, too. */
  readonly group: number;
  /** At least: it goes on until the last fault is over. */
  readonly messages: number;
  /** Stops, and as many black holes. */
  readonly rounds: number;
}

/**
 * F7: the server stands still, or the line swallows everything: nobody is told, and every call must end by itself. The calls are
 * timed in the processes that make them. Time in which such a process was not let run, by its own account of its processor time, is
 * not the library's.
 */
export const storeStopped: Row = {
  id: "F7",
  title: "SIGSTOP Redis 1–15 s ×20; black hole 30 s ×20",
  invariant: "no call outlives its deadline by more than 100 ms; lost 0",
  testScale: 0.02,
  async run(scene) {
    const small = scene.scale < 0.1;
    const groups = small ? 1 : GROUPS;
    const rounds = Math.max(Math.round((20 * scene.scale) / groups), 1);
    const messages = Math.ceil(scene.scaled(200_000) / groups);
    const times = small ? SHORT_TIMES : TIMES;
    const all = await Promise.all(
      Array.from({ length: groups }, (_, index) => runGroup(scene, { ...times, group: index + 1, messages, rounds })),
    );
    const account = await scene.account(all.map(({ server }) => server));
    const kept: number[] = [];
    let busy = 0;
    for (const [index, { outages }] of all.entries()) {
      const accepted = acceptedFrom(account, index + 1);
      kept.push(...outagesOf(accepted, outages, account.took));
      busy += underLoad(accepted, outages).length;
    }
    const { overdue } = account;
    const longestMs = overdue.reduce((longest, { lateMs, starvedMs }) => Math.max(longest, lateMs - starvedMs), 0);
    const faults = 2 * rounds * groups;
    return {
      load: `${account.accepted} messages, ${groups} servers, timeoutMs ${times.timeoutMs}`,
      lost: account.lost.count,
      duplicates: account.repeats,
      worstRecoveryMs: worstOf(kept.sort((a, b) => a - b)),
      checks: [
        ...nothingLost(account),
        atLeast("stops and black holes while messages were being accepted", busy, faults),
        atMost("messages not accepted in the end", account.attempted - account.accepted, 0),
        atLeast("calls that ran into their deadline", overdue.length, faults),
        atLeast("kinds of them", new Set(overdue.map(({ name }) => name)).size, 8),
        atMost("longest that a call outlived its deadline", longestMs, 100, " ms"),
        atMost("repeats", account.repeats, faults * CONCURRENCY),
      ],
    };
  },
};

async function runGroup(scene: Scene, plan: GroupPlan): Promise<{ server: RedisServer; outages: Outage[] }> {
  const { group, messages, rounds, timeoutMs, stallMs, blackHoleMs, calmMs } = plan;
  // All that is left to chance is decided before anything runs side by side.
  const stops = stopsOf(scene, plan);
  const stopsFirst = stops.map(() => scene.random() < 0.5);
  const server = await scene.redis();
  const proxy = scene.own(await startProxy(server.port));
  const url = `redis://${proxy.host}:${proxy.port}`;
  const transport = scene.transport(url, { timeoutMs, stallMs, timed: true });
  const lastMs = stops.reduce((sum, ms) => sum + ms, rounds * (blackHoleMs + 2 * calmMs));
  const receiver = await scene.receiver({
    transport,
    mailboxes: ["worker"],
    concurrency: CONCURRENCY,
    acks: "handler",
  });
  const caller = await scene.caller(transport);
  const sender = await scene.sender({
    transport,
    sender: group,
    to: ["worker"],
    count: ENDLESS,
    perSecond: (messages / lastMs) * 1_000,
    onFailure: "repeat",
    work: [{ share: 0.1, work: { kind: "sleep", ms: 100 } }],
  });
  const outages: Outage[] = [];
  for (const [round, stopMs] of stops.entries()) {
    const stop = async () => outages.push(await stopStore(scene, server, stopMs));
    const swallow = async () => outages.push(await stallLine(scene, proxy, blackHoleMs));
    for (const fault of stopsFirst[round] === true ? [stop, swallow] : [swallow, stop]) {
      await scene.pass(calmMs);
      await beingAccepted(scene, sender);
      await fault();
      scene.say(`server ${group}: ${outages.length} of ${2 * rounds} faults`);
    }
  }
  const accepted = new AcceptedWatch(scene.dir);
  await scene.becomes(PATIENCE_MS, async () => (await accepted.count(sender.pid)) >= messages);
  await scene.until(sender.stop());
  await scene.drained([server], 60_000);
  await scene.stop([receiver, caller]);
  return { server, outages };
}

/** How long each stop is: from all parts of the range, so that the sum hardly depends on chance. */
function stopsOf(scene: Scene, { rounds, shortestStopMs, longestStopMs }: GroupPlan): number[] {
  const stepMs = (longestStopMs - shortestStopMs) / rounds;
  return Array.from({ length: rounds }, (_, index) => shortestStopMs + stepMs * (index + scene.random()));
}

async function stopStore(scene: Scene, server: RedisServer, ms: number): Promise<Outage> {
  const fromMs = journalNow();
  scene.fault("Redis stopped");
  server.pause();
  await scene.pass(ms);
  server.resume();
  return { fromMs, toMs: journalNow() };
}

async function stallLine(scene: Scene, proxy: TcpProxy, ms: number): Promise<Outage> {
  const fromMs = journalNow();
  scene.fault("black hole");
  proxy.stall();
  await scene.pass(ms);
  proxy.mend();
  return { fromMs, toMs: journalNow() };
}
