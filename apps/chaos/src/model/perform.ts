import { AGENTS, COLLECTIONS, type Command, PASS_MS } from "./command.js";
import { type Observation, observing } from "./observe.js";
import { pokeWatches } from "./observe-state.js";
import { performOnMailbox } from "./perform-on-mailbox.js";
import { performOnRecords } from "./perform-on-records.js";
import { fullName, type Session } from "./world.js";

/** Carries out a command in one world. Resolves to what its caller sees; never rejects because of the world. */
export async function perform(session: Session, command: Command, index: number): Promise<Observation> {
  const { world } = session;
  const seen = await observing(() => performOne(session, command, index));
  if (isShort(command)) await world.shortIsOver();
  return seen;
}

async function performOne(session: Session, command: Command, index: number): Promise<Observation> {
  switch (command.do) {
    case "put":
    case "delete":
    case "get":
    case "list":
    case "watch":
      return await performOnRecords(session, command, index);
    case "restart":
      session.watches = session.watches.filter(({ by }) => by !== command.who);
      await session.world.restart(command.who);
      return "restarted";
    case "pass":
      await session.world.pass(
        PASS_MS,
        AGENTS.map((agent) => fullName(session, agent)),
        COLLECTIONS.map((collection) => fullName(session, collection)),
      );
      await pokeWatches(session);
      return "passed";
    default:
      return await performOnMailbox(session, command, index);
  }
}

/** Whether the command begins something that must be over before the next one. */
function isShort(command: Command): boolean {
  return (
    ("delay" in command && command.delay === "short") ||
    ("lease" in command && command.lease === "short") ||
    ("ttl" in command && command.ttl === "short")
  );
}
