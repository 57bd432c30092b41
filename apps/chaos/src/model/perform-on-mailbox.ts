import { setTimeout } from "node:timers/promises";
import { AgentCommError, type Delivery, type JsonValue, type MessageInput } from "@agentcomm/protocol";
import { type Command, DURATIONS, type OutgoingNote, PASS_MS } from "./command.js";
import { type Observation, observeDeadLetter, observeDelivery, observeError, observing } from "./observe.js";
import { settleDelivery } from "./settle-delivery.js";
import { fullName, type Session } from "./world.js";

/** The commands about mailboxes, their messages and dead letters. */
export type MailboxCommand = Exclude<
  Command,
  { readonly do: "put" | "delete" | "get" | "list" | "watch" | "restart" | "pass" }
>;

/** Longer than any machine takes to hear that something was sent. */
const WAIT_MS = 20_000;

/** Carries out what concerns mailboxes. `index` makes the ids of messages. Rejects as the transport does. */
export async function performOnMailbox(session: Session, command: MailboxCommand, index: number): Promise<Observation> {
  const { world } = session;
  const transport = world.transport("by" in command ? command.by : "A");
  switch (command.do) {
    case "send": {
      const { note, delay, key } = command;
      const receipt = await transport.send(messageOf(session, note, `m${index}`), {
        ...(delay === undefined ? {} : { delayMs: DURATIONS[delay] }),
        ...(key === undefined ? {} : { idempotencyKey: key }),
      });
      return receipt as unknown as JsonValue;
    }
    case "sendMany": {
      const messages = command.notes.map((note, at) => messageOf(session, note, `m${index}-${at}`));
      const results = await transport.sendMany(messages);
      return results.map((result) =>
        AgentCommError.is(result) ? observeError(result) : (result as unknown as JsonValue),
      );
    }
    case "openMailbox": {
      const { agent, topics, capacity } = command;
      if (capacity !== undefined) session.capped.add(agent);
      await transport.openMailbox(fullName(session, agent), {
        ...(topics === undefined ? {} : { topics: topics.map((topic) => fullName(session, topic)) }),
        ...(capacity === undefined ? {} : { capacity }),
      });
      return "opened";
    }
    case "deleteMailbox":
      await transport.deleteMailbox(fullName(session, command.agent), { discard: command.discard });
      session.capped.delete(command.agent);
      return "deleted";
    case "receive": {
      const { agent, limit, lease } = command;
      const leaseMs = DURATIONS[lease];
      return keep(session, await transport.receive(fullName(session, agent), { limit, leaseMs }));
    }
    case "await":
      return await awaitNote(session, command, index);
    case "settle":
      return await settleDelivery(session, command, index);
    case "putRaw": {
      if (session.capped.has(command.agent)) return "skipped: strangers keep no capacity";
      // A store cannot know of a mailbox that only a stranger has written to; nor does a stranger put in line, as every other
      // sender does, what has fallen due before: redriving does, also what is not there.
      await transport.openMailbox(fullName(session, command.agent));
      await transport.redrive(fullName(session, command.agent), ["0-1"]);
      const fields = Object.entries(command.fields).map(([name, text]) => [name, Buffer.from(text, "latin1")] as const);
      await world.putRaw(fullName(session, command.agent), Object.fromEntries(fields));
      return "put";
    }
    case "deadLetters": {
      const { agent, limit, after } = command;
      const known = session.listed.get(agent) ?? [];
      const start = after === undefined ? undefined : known[after];
      const options = start === undefined ? { limit } : { limit, after: start };
      const letters = await transport.deadLetters(fullName(session, agent), options);
      session.listed.set(
        agent,
        letters.map(({ id }) => id),
      );
      return letters.map(observeDeadLetter);
    }
    case "redrive":
      return await transport.redrive(fullName(session, command.agent), namedLetters(session, command));
    case "purge":
      return await transport.purgeDeadLetters(fullName(session, command.agent), namedLetters(session, command));
  }
}

/** The message, the same in both worlds: its id comes from the command's place in the sequence. */
function messageOf(session: Session, { from, to, priority, expires }: OutgoingNote, id: string): MessageInput {
  const receiver = to.startsWith("#") ? `#${fullName(session, to.slice(1))}` : fullName(session, to);
  return {
    id,
    from: fullName(session, from),
    to: to === "*" ? to : receiver,
    type: "note",
    content: { id },
    priority,
    ...(expires ? { expiresAt: new Date(session.clock.now() + PASS_MS / 2).toISOString() } : {}),
  };
}

function keep(session: Session, deliveries: readonly Delivery[]): Observation {
  session.deliveries.push(...deliveries);
  return deliveries.map((delivery) => observeDelivery(delivery, session.clock.now()));
}

/** A receiver that waits is rung. What is sent is the last in line, so that it makes no difference which of both came first. */
async function awaitNote(
  session: Session,
  { by, agent, note }: Extract<Command, { readonly do: "await" }>,
  index: number,
): Promise<Observation> {
  if (session.capped.has(agent)) return "skipped: the mailbox may be full";
  const { world } = session;
  const receiving = observing(async () =>
    keep(session, await world.transport(by).receive(fullName(session, agent), { limit: 1, waitMs: WAIT_MS })),
  );
  const message = messageOf(session, { ...note, to: agent, priority: "low", expires: false }, `m${index}`);
  const receipt = await observing(
    async () => (await world.transport(by === "A" ? "B" : "A").send(message)) as unknown as JsonValue,
  );
  const gaveUp = new AbortController();
  try {
    // By the machine's clock: the worlds' own stands still, and who is never rung would wait for ever.
    const never = setTimeout(WAIT_MS, { neverTold: "a receiver that waits" }, { signal: gaveUp.signal, ref: false });
    return { receipt, received: await Promise.race([receiving, never]) };
  } finally {
    gaveUp.abort();
  }
}

function namedLetters(
  session: Session,
  { agent, which }: Extract<Command, { readonly do: "redrive" | "purge" }>,
): string[] | undefined {
  if (which === undefined) return undefined;
  const known = session.listed.get(agent) ?? [];
  return which.flatMap((index) => known[index] ?? []);
}
