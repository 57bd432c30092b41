import { closeSync, openSync, writeSync } from "node:fs";
import { join } from "node:path";

/**
 * What senders and receivers write down, one line an event: a letter, the message's id, the monotonic time in nanoseconds (one
 * clock for all processes of a machine), and for some events one more word. A line is handed to the system before the program
 * goes on, so a process that is killed leaves every line it wrote.
 *
 * | letter | event | written | word |
 * |---|---|---|---|
 * | A | attempted | before a send | |
 * | S | stored | the send resolved: the message is accepted | |
 * | U | unknown | the send rejected with outcome "unknown" | error code |
 * | N | nothing stored | the send rejected with outcome "none" | error code |
 * | D | delivered | the handler was called | attempt |
 * | H | handled | the handler's work is done, the ack not yet asked for | attempt |
 * | K | acked | the ack resolved | attempt |
 * | Q | ending | before the handler ends its delivery, or prolongs it, otherwise than by an ack | attempt, kind |
 * | X | settled | that resolved | attempt, kind |
 * | L | lease lost | the ack, or what else the handler asked for, was refused | attempt |
 * | W | told | the delivery's signal fired while its handler ran | attempt |
 * | Z | starved | with W: in the lease before that the process was not let run now and then | when: stalls, as JSON |
 * | T | ended | the coordinator has written a task's end | state |
 * | R | result | a task's result was seen | state, and what a completed one resolved to |
 * | F | fell | right before an agent (its id stands for the message's) is killed at a point of a task's life | the point |
 * | Y | torn | right before a logger kills itself within a write | what it leaves of a line |
 * | E | trouble | the transport reported a failure in the background (its subject for the id: mailboxes, "clock", "-") | error code |
 * | O | overdue | a timed call was ended by its deadline, ended after it, or had not ended a second after it (its name stands for the id) | by how many ms, and of them starved |
 * | V | refusal shown | a failure that somebody was told of shows a refusal of the server in the server's words | its text |
 */
export const EVENTS = {
  attempted: "A",
  stored: "S",
  unknown: "U",
  nothing: "N",
  delivered: "D",
  handled: "H",
  acked: "K",
  ending: "Q",
  settled: "X",
  leaseLost: "L",
  told: "W",
  starved: "Z",
  ended: "T",
  result: "R",
  fell: "F",
  torn: "Y",
  trouble: "E",
  overdue: "O",
  refusalShown: "V",
} as const;

export type EventName = keyof typeof EVENTS;

/** A process's own account of what it did. */
export interface Journal {
  write(event: EventName, id: string, word?: string | number): void;
  close(): void;
}

/** Opens the journal of this process in `dir`: a file nobody else writes to, named after its role and its pid. */
export function openJournal(dir: string, role: string): Journal {
  const file = openSync(join(dir, `${role}.${process.pid}.journal`), "a");
  return {
    write(event, id, word) {
      const time = process.hrtime.bigint();
      writeSync(
        file,
        word === undefined ? `${EVENTS[event]} ${id} ${time}\n` : `${EVENTS[event]} ${id} ${time} ${word}\n`,
      );
    },
    close: () => closeSync(file),
  };
}
