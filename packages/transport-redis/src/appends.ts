import { AgentCommError, type AppendEntry, type AppendResult } from "@agentcomm/protocol";
import { encodeAppends, groupByMailbox } from "./encode-append.js";
import { APPEND } from "./scripts/append.js";
import type { BatchKind } from "./sequenced-batches.js";
import { storeFailed } from "./store-errors.js";

/** Entries on their way into mailboxes. In order: a sender's messages are stored as they were sent. */
export const APPENDS: BatchKind<AppendEntry, AppendResult> = {
  script: APPEND,
  ordered: true,
  waitsForRoom: false,
  // 2.5 µs of the server's each: 125 to 500 differ by a tenth.
  maxItems: 250,
  bytesOf: (entry) => entry.payload.length,
  encode: (entries) => [encodeAppends(entries)],
  decode([errorText, ...odd], entries) {
    const results = new Array<AppendResult>(entries.length).fill("stored");
    if (odd.length === 0) return results;
    const order = [...groupByMailbox(entries).values()].flat();
    for (let at = 0; at < odd.length; at += 2) {
      const index = order[odd[at] as number] as number;
      const { agentId } = entries[index] as AppendEntry;
      results[index] = resultOf(String(odd[at + 1]), agentId, String(errorText));
    }
    return results;
  },
};

function resultOf(code: string, agentId: string, errorText: string): AppendResult {
  if (code === "duplicate") return "duplicate";
  if (code === "failed") return storeFailed("none", errorText);
  return new AgentCommError("MAILBOX_FULL", `the mailbox of agent "${agentId}" holds as many messages as it may`, {
    outcome: "none",
    details: { agentId },
  });
}
