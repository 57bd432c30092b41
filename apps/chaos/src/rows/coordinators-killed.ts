import { checkTasks } from "../oracle/check-tasks.js";
import { readTasks } from "../oracle/read-tasks.js";
import { takeOvers } from "../oracle/take-overs.js";
import { TaskHistory } from "../oracle/task-history.js";
import type { RawTask } from "../oracle/task-record.js";
import { atLeast, atMost, noTaskLost } from "./checks.js";
import type { Row } from "./row.js";

const LANES = [1, 2];
const SLOTS = 6;
/** Longest between two kills, and after the last one. */
const PATIENCE_MS = 60_000;

/** F15: coordinators are killed while they assign and follow; another process goes on under their id. */
export const coordinatorsKilled: Row = {
  id: "F15",
  title: "kill -9 a coordinator every 5 s, two under one id",
  invariant: "tasks lost 0, committed twice 0; takeover ≤ lease + 1 s",
  testScale: 0.03,
  async run(scene) {
    // A small run has no time for leases and kills as far apart as those of a large one, which keeps the default.
    const small = scene.scale < 0.1;
    const leaseMs = small ? 1_000 : 10_000;
    const window = small ? 50 : 100;
    const server = await scene.redis();
    const transport = scene.transport(server.url);
    const history = scene.own(new TaskHistory(server, scene.namespace));
    const each = scene.scaled(10_000, 300);
    // With so many tasks done between two kills they are five seconds apart, about.
    const kills = small ? 3 : 12;
    const agents = await Promise.all(
      LANES.map((process) =>
        scene.actor({
          kind: "agents",
          transport,
          agents: [1, 2].map((number) => `agent-${process}-${number}`),
          capabilities: [],
          slots: SLOTS,
        }),
      ),
    );
    const start = (lane: number) =>
      scene.actor({
        kind: "coordinator",
        transport,
        coordinatorId: "boss",
        lane,
        count: each,
        window,
        leaseMs,
        seed: scene.seed,
        // Longer than the agents have slots for: so there are always tasks that wait with the one that is killed.
        work: [
          { share: 0.03, work: { ms: 10, fails: "once" } },
          { share: 0.01, work: { ms: 0, fails: "always" } },
          { share: 0.1, work: { ms: 200 } },
          // Agents tell that a task runs after 50 ms: so its cancel meets its answer, which the other coordinator may have.
          { share: 0.1, work: { ms: 55, canceled: true } },
          // And here it comes first, for certain.
          { share: small ? 0.02 : 0.005, work: { ms: 1_000, canceled: true } },
          { share: 0.74, work: { ms: small ? 120 : 60 } },
        ],
      });
    const coordinators = await Promise.all(LANES.map(start));
    const count = each * LANES.length;
    const haveEnded = (tasks: number) => async () => {
      scene.say(`${history.finished} of ${count} tasks done, ${scene.interruptions.length} coordinators killed`);
      return history.finished >= tasks;
    };
    for (let killed = 0; killed < kills; killed++) {
      // While there are more tasks than are under way.
      const tasks = ((killed + 1) * (count - 2 * window)) / (kills + 1);
      if (!(await scene.becomes(PATIENCE_MS, haveEnded(tasks)))) break;
      const victim = scene.between(0, LANES.length - 1);
      await scene.kill(coordinators[victim] as (typeof coordinators)[number], "coordinator killed");
      coordinators[victim] = await start(LANES[victim] as number);
    }
    await scene.becomes(PATIENCE_MS, haveEnded(count));
    await scene.stop(coordinators, 5_000);
    await scene.stop(agents);
    await history.stop();
    const { dir, interruptions } = scene;
    const store = await readTasks(server, scene.namespace);
    const account = await checkTasks({ dir, store, traces: history.traces, mayEnd });
    const taken = takeOvers(history.traces, interruptions, scene.took);
    const slowest = taken.at(-1)?.ms ?? 0;
    return {
      load: `${account.accepted} tasks, ${LANES.length} coordinators under one id, lease ${leaseMs / 1_000} s`,
      lost: account.lost.count,
      duplicates: account.repeats,
      worstRecoveryMs: Math.round(slowest),
      checks: [
        ...noTaskLost(account, count),
        atMost("changes of records that the checker did not see", history.missed, 0),
        atLeast("coordinators killed", interruptions.length, kills),
        atLeast("tasks canceled", account.ends.canceled ?? 0, 1),
        atLeast("tasks that killed coordinators held", taken.length, interruptions.length),
        atLeast("of them, tasks that another had to take over", taken.filter((one) => one.isAdoption).length, 1),
        atMost("takeover, the slowest", slowest, leaseMs + 1_000, " ms"),
      ],
    };
  },
};

function mayEnd({ parameters }: RawTask): readonly string[] {
  if (parameters.fails === "always") return ["failed"];
  // The answer is on its way when the cancel comes, and either may be first.
  return parameters.canceled === true ? ["canceled", "completed"] : ["completed"];
}
