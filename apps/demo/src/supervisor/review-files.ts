import type { SupervisorCoordinator } from "@agentcomm/coordinator";
import { subscribeDiagnostics } from "@agentcomm/protocol";
import type { Crew } from "../crew/crew.js";
import { REVIEW_TASKS } from "../crew/tasks.js";
import type { FileName } from "../directory/file-name.js";
import type { KilledWorker, ReportedTask } from "../report/report.js";
import type { WordRule } from "../review/byte-counts.js";
import type { FileReview } from "../review/review-file.js";
import { type Capability, capabilityFor } from "../review/specialities.js";
import type { Board } from "../view/board.js";
import { doTask } from "./do-task.js";
import { mapWindow } from "./map-window.js";

/** Tasks handed out at a time: enough that nobody waits for work, few enough that a big directory does not fill the memory. */
const WINDOW = 256;

/** What became of a file. */
export interface ReviewOutcome {
  readonly name: FileName;
  readonly capability: Capability;
  readonly result: FileReview;
  readonly task: ReportedTask;
}

/** What reviewing takes. */
export interface ReviewFilesOptions {
  readonly coordinator: SupervisorCoordinator;
  readonly crew: Crew;
  readonly board: Board;
  readonly directory: string;
  readonly wordRule: WordRule;
  /** Kill a worker when half of the files are done. */
  readonly kill: boolean;
  readonly note: (text: string) => void;
}

/** Has every file reviewed, one task each. Resolves to the outcomes in the files' order, and who was killed meanwhile. */
export async function reviewFiles(
  files: readonly FileName[],
  options: ReviewFilesOptions,
): Promise<{ readonly outcomes: readonly ReviewOutcome[]; readonly killed: KilledWorker | null }> {
  const { coordinator, board, directory, wordRule } = options;
  const review = async (name: FileName): Promise<ReviewOutcome> => {
    const capability = capabilityFor(name.path);
    const done = await doTask(
      coordinator,
      REVIEW_TASKS[capability],
      { directory, ...name, wordRule },
      { path: name.path, onAssigned: (taskId) => board.name(taskId, name.path) },
    );
    board.fileDone();
    return {
      name,
      capability,
      result: "output" in done ? done.output : { skipped: done.failure },
      task: done.report,
    };
  };
  if (!options.kill) return { outcomes: await mapWindow(files, WINDOW, review), killed: null };

  const half = Math.floor(files.length / 2);
  const outcomes = await mapWindow(files.slice(0, half), WINDOW, review);
  // Whoever gets the first task of the second half dies with it: it can't have answered yet.
  let victim: string | undefined;
  const end = subscribeDiagnostics("task.assigned", ({ agentId }) => {
    if (victim !== undefined || agentId === undefined) return;
    victim = agentId;
    options.crew.kill(agentId);
    options.note(`${agentId} was killed: its tasks go to others as soon as it is missed`);
  });
  try {
    outcomes.push(...(await mapWindow(files.slice(half), WINDOW, review)));
  } finally {
    end();
  }
  return { outcomes, killed: victim === undefined ? null : reportKilled(victim, half, outcomes) };
}

function reportKilled(worker: string, afterFiles: number, outcomes: readonly ReviewOutcome[]): KilledWorker {
  const tasks = outcomes.flatMap(({ name, task }) => {
    const [first, second] = task.agents;
    if (first !== worker || second === undefined || second === worker) return [];
    return [{ taskId: task.taskId, path: name.path, first, second }];
  });
  return { worker, afterFiles, tasks };
}
