import { LIFE_POINTS, lifePoint } from "../actors/life-points.js";
import type { Batch } from "../actors/task-orders.js";
import { readAgentLosses } from "../oracle/agent-losses.js";
import { checkTasks } from "../oracle/check-tasks.js";
import { parseMessageId } from "../oracle/message-id.js";
import { readTasks } from "../oracle/read-tasks.js";
import { TaskHistory } from "../oracle/task-history.js";
import type { RawTask } from "../oracle/task-record.js";
import { atLeast, atMost, noLess, noTaskLost } from "./checks.js";
import type { Row } from "./row.js";
import { worstOf } from "./worst-of.js";

const LEASE_MS = 600;
const TOGETHER = 10;
/** Processes at once: as many as keep two cores busy while others wait for their task. */
const SIDE_BY_SIDE = 4;

/**
 * F16: agents are killed at each point of their task's life. A process costs two cores more time than the life of a task does, so
 * up to ten agents, each with a transport, a registration and a task of its own, live in one process, wait for each other at the
 * point, and are killed with it.
 */
export const agentsKilled: Row = {
  id: "F16",
  title: "kill -9 an agent at each point of a task's life",
  invariant: "exactly one terminal state per task",
  testScale: 0.02,
  async run(scene) {
    // A small run may be on a machine that is busy with other things.
    const heartbeatIntervalMs = scene.scale < 0.1 ? 1_500 : 700;
    // The registry's, where only the heartbeat is named: an agent that has not beaten for so long is lost.
    const livenessMs = 3 * heartbeatIntervalMs;
    const server = await scene.redis();
    const transport = scene.transport(server.url);
    const history = scene.own(new TaskHistory(server, scene.namespace));
    const each = scene.scaled(200, 4);
    const batches = LIFE_POINTS.flatMap(({ name }, index) => batchesOf(name, each, index));
    const count = each * LIFE_POINTS.length;
    const coordinator = await scene.actor({ kind: "batches", transport, batches, work: { ms: 5 } });
    const survivors = await scene.actor({
      kind: "agents",
      transport,
      agents: ["survivor-1", "survivor-2"],
      capabilities: batches.map(({ capability }) => capability),
      slots: 100,
    });
    const left = [...batches];
    const killInTurn = async (): Promise<void> => {
      while (left.length > 0) {
        const [batch] = left.splice(scene.between(0, left.length - 1), 1) as [Batch];
        const order = {
          kind: "victims",
          transport,
          batch,
          heartbeatIntervalMs,
          leaseMs: LEASE_MS,
        } as const;
        const victims = await scene.actor(order, true);
        await scene.until(victims.ended);
        scene.fault("agent killed", batch.agents.length);
        scene.say(`${scene.faults["agent killed"]} of ${count} agents killed`);
      }
    };
    await Promise.all(Array.from({ length: SIDE_BY_SIDE }, killInTurn));
    await scene.becomes(30_000, async () => history.finished >= count);
    await scene.until(coordinator.stop(5_000));
    await scene.until(survivors.stop());
    await history.stop();

    const { dir } = scene;
    const { traces } = history;
    const store = await readTasks(server, scene.namespace);
    const isCanceled = new Map(batches.map(({ number, point }) => [number, lifePoint(point).canceled === true]));
    const mayEnd = ({ taskId }: RawTask) =>
      isCanceled.get(parseMessageId(taskId)?.sender ?? 0) === true ? ["canceled"] : ["completed"];
    const account = await checkTasks({ dir, store, traces, mayEnd });
    const losses = await readAgentLosses(dir, store, traces, scene.took);
    const perPoint = LIFE_POINTS.map(({ name }) => losses.filter(({ point }) => point === name).length);
    const recoveries = losses.flatMap(({ recoveryMs }) => recoveryMs ?? []).sort((a, b) => a - b);
    const unanswered = LIFE_POINTS.filter((point) => !(point.canceled || point.answered)).length * each;
    return {
      load: `${account.accepted} tasks, ${batches.length} processes of up to ${TOGETHER} agents each, survivors beside them`,
      lost: account.lost.count,
      duplicates: account.repeats,
      worstRecoveryMs: worstOf(recoveries),
      checks: [
        ...noTaskLost(account, count),
        atMost("changes of records that the checker did not see", history.missed, 0),
        atLeast(`agents killed at each of ${LIFE_POINTS.length} points`, Math.min(...perPoint), each),
        atLeast("killed agents that had been given a task", losses.filter(({ taskId }) => taskId).length, count),
        noLess("tasks that went on with another agent", recoveries.length, unanswered),
        atMost("recovery, the slowest", recoveries.at(-1) ?? 0, livenessMs + 1_000, " ms"),
      ],
    };
  },
};

function batchesOf(point: string, agents: number, index: number): Batch[] {
  const batches: Batch[] = [];
  for (let first = 0; first < agents; first += TOGETHER) {
    const number = index * 1_000 + batches.length + 1;
    const size = Math.min(TOGETHER, agents - first);
    const ids = Array.from({ length: size }, (_, each) => `victim-${number}-${each + 1}`);
    batches.push({ number, capability: `batch-${number}`, agents: ids, point });
  }
  return batches;
}
