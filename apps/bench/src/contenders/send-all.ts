import type { Transport } from "@agentcomm/protocol";
import { inFlight } from "../measure/in-flight.js";
import type { Note } from "../measure/note.js";
import { messageOf } from "./message-of.js";

/** Sends notes to one mailbox, 500 at a time, each send awaited. */
export async function sendAll(transport: Transport, notes: readonly Note[]): Promise<void> {
  await inFlight(notes.length, 500, (index) => transport.send(messageOf(notes[index] as Note)));
}
