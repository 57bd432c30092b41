import { type ReportTrouble, type TaskRecord, toAgentCommError } from "@agentcomm/protocol/internal";
import type { Persevere } from "./background.js";
import type { StoredTask } from "./stored-task.js";
import { isTerminal } from "./task-facts.js";
import type { TaskLedger } from "./task-ledger.js";
import type { TaskStore } from "./task-store.js";

const PAGE = 1_000;

/** What taking over takes. */
export interface TakeOverContext {
  readonly coordinatorId: string;
  readonly store: TaskStore;
  readonly ledger: TaskLedger;
  readonly persevere: Persevere;
  readonly report: ReportTrouble;
  readonly isAlive: (ownerId: string) => boolean;
  readonly archive: (ended: StoredTask) => void;
}

/**
 * Goes through the coordinator's open tasks once: those whose owner is gone become this process's, and those that had ended
 * are archived. Resolves when all have been looked at.
 */
export async function takeOver(context: TakeOverContext): Promise<void> {
  const { coordinatorId, store, ledger, persevere, report, isAlive, archive } = context;
  const belongsToNobody = (record: TaskRecord): boolean =>
    record.coordinatorId === coordinatorId && !isAlive(record.ownerId);
  let after: string | undefined = "";
  while (after !== undefined) {
    const page = await store.list("open", { after, limit: PAGE }, (error) =>
      report(toAgentCommError(error, "INVALID_MESSAGE", "a task could not be read")),
    );
    const abandoned = page.tasks.filter(({ record }) => belongsToNobody(record));
    await Promise.all(
      abandoned.map(async (stored) => {
        const { taskId } = stored.record;
        if (isTerminal(stored.record)) return archive(stored);
        await persevere(async () => {
          // The id was taken, and its assigner died before it could take its write back: that task has ended already.
          if ((await store.readFinished(taskId)) !== undefined) return await store.discard(stored);
          await ledger.change(taskId, (record) =>
            belongsToNobody(record) ? { kind: "adopt" } : { refused: `${record.ownerId} looks after it` },
          );
        });
      }),
    );
    after = page.last;
  }
}
