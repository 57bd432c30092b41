import type { SupervisorCoordinator } from "@agentcomm/coordinator";
import { UserError } from "../cli/user-error.js";
import { MERGE_TASK } from "../crew/tasks.js";
import type { Digest } from "../report/digest.js";
import type { ReportedTask } from "../report/report.js";
import type { Board } from "../view/board.js";
import { doTask } from "./do-task.js";
import { mapWindow } from "./map-window.js";

/** How much the editor gets in one task: well below the size limit of a message (256 KiB). */
const PACK_CHARACTERS = 100_000;
const WINDOW = 16;

/** Has the editor merge the parts, pack by pack, until one is left. Rejects with a UserError if the editor fails. */
export async function mergeWithEditor(
  parts: readonly Digest[],
  coordinator: SupervisorCoordinator,
  board: Board,
): Promise<{ readonly digest: Digest; readonly tasks: readonly ReportedTask[] }> {
  const tasks: ReportedTask[] = [];
  let merged = parts;
  do {
    merged = await mapWindow(pack(merged), WINDOW, async (some) => {
      const onAssigned = (taskId: string): void => board.name(taskId, `merging ${some.length} parts`);
      const done = await doTask(coordinator, MERGE_TASK, { parts: some }, { onAssigned });
      tasks.push(done.report);
      if ("failure" in done) throw new UserError(`The editor could not merge what was found: ${done.failure}`);
      return done.output;
    });
  } while (merged.length > 1);
  return { digest: merged[0] as Digest, tasks };
}

/** Puts parts together that fit into one message. At least one pack, and never a pack of one part if there is another. */
function pack(parts: readonly Digest[]): Digest[][] {
  const packs: Digest[][] = [[]];
  let characters = 0;
  for (const part of parts) {
    const length = JSON.stringify(part).length;
    if (characters + length > PACK_CHARACTERS && (packs.at(-1)?.length ?? 0) > 1) {
      packs.push([]);
      characters = 0;
    }
    packs.at(-1)?.push(part);
    characters += length;
  }
  return packs;
}
