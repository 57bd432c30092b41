import type { MessageInput } from "@agentcomm/protocol";
import type { Note } from "../measure/note.js";

/** A message of ours around a note. */
export function messageOf(note: Note, to = "worker"): MessageInput {
  return { from: "sender", to, type: "note", content: { ...note } };
}

/** What a bare contender sends: as many bytes as ours, with an id and a time of its own. */
export function wireOf(note: Note): object {
  return {
    message_id: `01234567-89ab-7cde-8f01-${String(note.number).padStart(12, "0")}`,
    from_agent: "sender",
    to_agent: "worker",
    message_type: "note",
    content: note,
    priority: "medium",
    timestamp: new Date().toISOString(),
  };
}
