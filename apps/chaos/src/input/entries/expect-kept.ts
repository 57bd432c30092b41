import { expectAgentCommError } from "../expect-agent-comm-error.js";
import { lettersIn } from "./check-entries.js";
import type { EntryStore } from "./entry-store.js";
import { rawTextOf, type StoredEntry } from "./stored-entry.js";

/** Throws unless so many entries are dead letters, each one of those that were stored, and among them all that had to die. */
export async function expectKept(
  store: EntryStore,
  agentId: string,
  entries: readonly StoredEntry[],
  dead: number,
): Promise<void> {
  const letters = await lettersIn(store.transport, agentId);
  if (letters.length !== dead) throw new Error(`${dead} died in the mailbox of ${agentId}, ${letters.length} are kept`);
  const kept = letters.map(({ raw }) => rawTextOf(Object.entries(raw)));
  const stored = new Set(entries.map(({ rawText }) => rawText));
  const altered = kept.find((raw) => !stored.has(raw));
  if (altered !== undefined)
    throw new Error(`a dead letter of ${agentId} is none of what was stored: ${altered.slice(0, 500)}`);
  const unread = new Set(kept);
  const dropped = entries.find(({ fate, rawText }) => fate === "dead" && !unread.has(rawText));
  if (dropped !== undefined) throw new Error(`what ${agentId} cannot read is gone: ${dropped.rawText.slice(0, 500)}`);
  for (const trouble of store.troubles.splice(0)) expectAgentCommError(trouble, "what was told of in the background");
}
