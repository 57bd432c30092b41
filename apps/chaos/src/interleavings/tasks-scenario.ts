import { encodeMessage, taskResponse } from "@agentcomm/protocol";
import { AssignedTask } from "./assigned-task.js";
import { awaitAgreement } from "./await-agreement.js";
import { Cast, COORDINATOR, type PlayedAgent, type PlayedCoordinator } from "./cast.js";
import type { Stage } from "./stage.js";

const AGENTS = ["ada", "bo"];
/** Longer than any task may take, a takeover included. */
const PATIENCE_MS = 60_000;

/**
 * Coordinators under one id, agents that come, go and are killed, tasks that race their cancelings, their time-outs and late
 * answers. Rejects with what was wrong.
 */
export async function playTasks(stage: Stage): Promise<void> {
  const cast = new Cast(stage);
  const tasks: AssignedTask[] = [];
  let isDirected = false;
  const directing = direct(stage, cast, tasks).then(() => {
    isDirected = true;
  });
  await stage.playUntil(() => isDirected, "the faults are over");
  await directing;
  const isInOffice = cast.coordinators.some(({ inOffice }) => inOffice);
  if (!isInOffice) cast.startCoordinator();
  if (!cast.agents.some(({ process }) => process.alive)) cast.startAgent("ada");

  const { history } = cast;
  const until = stage.time.elapsed + PATIENCE_MS;
  const isOver = (): boolean => history.allFinished && tasks.every((task) => task.isOver);
  await stage.playUntil(() => isOver() || stage.time.elapsed > until || history.wrong.length > 0, "all tasks end");
  const wrong = [...history.wrong];
  if (wrong.length === 0 && !history.allFinished) wrong.push(`not finished: ${history.unfinished.join(", ")}`);
  wrong.push(...tasks.flatMap((task) => task.whatIsWrong() ?? []));
  if (wrong.length > 0) throw new Error(wrong.join("; "));
  const views = cast.coordinators.filter(({ inOffice }) => inOffice).map(({ registry }) => registry);
  await awaitAgreement(stage, cast.store, views);
}

/** Does things, as chance has it, at moments that the scheduler chooses. */
async function direct(stage: Stage, cast: Cast, tasks: AssignedTask[]): Promise<void> {
  const pick = <T>(from: readonly T[]): T | undefined => from[Math.floor(stage.random() * from.length)];
  const inOffice = (): PlayedCoordinator[] => cast.coordinators.filter((played) => played.inOffice);
  const living = (): PlayedAgent[] => cast.agents.filter(({ process }) => process.alive);
  const assign = (): void => {
    const by = pick(inOffice());
    if (by === undefined) return;
    const wanted = stage.random() < 0.5 ? `task${tasks.length + 1}` : undefined;
    tasks.push(new AssignedTask(by, cast.history, wanted));
  };
  const acts: readonly (() => void)[] = [
    assign,
    assign,
    assign,
    () => void pick(tasks)?.cancel(),
    () => void pick(tasks)?.cancel(),
    () => {
      if (inOffice().length < 2) cast.startCoordinator();
    },
    () => retire(stage, pick(inOffice())),
    () => {
      const played = pick(inOffice());
      if (played !== undefined) played.inOffice = false;
      played?.process.kill();
    },
    () => pick(living())?.process.kill(),
    () => void cast.startAgent(pick(AGENTS) ?? "ada"),
    () => {
      const played = pick(living());
      played?.agent.stop({ drainMs: stage.random() < 0.5 ? 0 : 500 }).catch(played.process.onError);
    },
    () => repeatAnswer(cast, pick),
    () => forgeAnswer(cast, pick(cast.history.taskIds)),
  ];
  cast.startCoordinator();
  if (stage.random() < 0.5) cast.startCoordinator();
  cast.startAgent("ada");
  if (stage.random() < 0.5) cast.startAgent("bo");
  for (let left = 6 + Math.floor(stage.random() * 11); left > 0; left -= 1) {
    for (let pause = Math.floor(stage.random() * 12); pause > 0; pause -= 1) await stage.turn("director");
    stage.note("an act");
    if (tasks.length === 0) assign();
    else pick(acts)?.();
  }
}

function retire(stage: Stage, played: PlayedCoordinator | undefined): void {
  if (played === undefined) return;
  stage.note(`${played.process.name} stops`);
  played.inOffice = false;
  played.coordinator.stop().catch(played.process.onError);
}

/** An answer comes once more, however late: its sender did not hear that it was stored. */
function repeatAnswer(cast: Cast, pick: <T>(from: readonly T[]) => T | undefined): void {
  const answer = pick(cast.history.answers);
  if (answer === undefined) return;
  const { idempotencyKey, ...again } = answer;
  void cast.store.append([again], { deadline: Number.POSITIVE_INFINITY });
}

/** Somebody who was never given the task says that it is done. */
function forgeAnswer(cast: Cast, taskId: string | undefined): void {
  if (taskId === undefined) return;
  const message = taskResponse({
    id: "forged",
    from: "mallory",
    to: COORDINATOR,
    timestamp: "2030-01-01T00:00:00.000Z",
    taskId,
    status: "completed",
    result: "forged",
  });
  const payload = Buffer.from(encodeMessage(message));
  const entry = { agentId: COORDINATOR, from: "mallory", priority: "medium", payload, delayMs: 0 } as const;
  void cast.store.append([entry], { deadline: Number.POSITIVE_INFINITY });
}
