import type { AgentCommError, Clock, Ring } from "@agentcomm/protocol";
import { toAgentCommError } from "@agentcomm/protocol/internal";
import type { Attendance } from "./attendance.js";
import type { Mailboxes } from "./mailboxes.js";
import { dataLost } from "./store-errors.js";

const RESTORE_MS = 5_000;

/** What the restoring of mailboxes needs. */
export interface LossContext {
  readonly attendance: Attendance;
  readonly mailboxes: Mailboxes;
  readonly clock: Clock;
  readonly report: (error: AgentCommError) => void;
  readonly ring: (ring: Ring) => void;
}

/**
 * The store was emptied, restored or failed over to a copy that lagged behind: tells so, and opens this process's mailboxes as
 * it had opened them, so that topics and capacities hold again.
 */
export async function restoreAfterLoss(shards: readonly number[], context: LossContext): Promise<void> {
  const { attendance, mailboxes, clock, report, ring } = context;
  const affected = shards.flatMap((shard) => [...attendance.mailboxesOf(shard)]);
  const agentIds = affected.map((mailbox) => mailbox.agentId);
  report(
    dataLost(
      `Redis lost data behind the transport's back: ${agentIds.length} mailboxes of this process are concerned`,
      {
        shards: [...shards],
        agentIds,
      },
    ),
  );
  await Promise.all(
    affected.map(async (mailbox) => {
      const { agentId, topics, capacity } = mailbox;
      // What is held stays held: a copy that lagged behind knows most of the leases, and has only lost the newest.
      mailbox.toldAt = Number.NEGATIVE_INFINITY;
      try {
        const deadline = clock.monotonic() + RESTORE_MS;
        if (topics !== undefined || capacity !== undefined)
          await mailboxes.open(agentId, { topics, capacity }, { deadline });
      } catch (error) {
        report(toAgentCommError(error, "STORE_FAILED", `restoring the mailbox of "${agentId}" failed`));
      }
      if (mailbox.attended) ring({ mailbox: agentId });
    }),
  );
}
