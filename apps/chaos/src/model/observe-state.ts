import type { MailboxStats } from "@agentcomm/protocol";
import { COLLECTIONS, KEYS } from "./command.js";
import { type Observation, observing } from "./observe.js";
import { nameOfVersion } from "./perform-on-records.js";
import { fullName, type ModelWatch, type Session } from "./world.js";

/** How long a watch may take to be told of what has changed. Only a broken one takes so long. */
const TELL_MS = 5_000;

const POKED_KEY = "z";

/** What a world holds after a command: what its mailboxes hold, what its watches were told, and what it reported. */
export interface State {
  readonly mailboxes: readonly MailboxStats[];
  readonly watches: Observation;
  readonly troubles: Observation;
}

/** Observes the state, once the watches have caught up with the records. */
export async function observeState(session: Session): Promise<State> {
  const { world, tag } = session;
  const { mailboxes } = await world.transport("A").stats();
  const watches: Observation[] = [];
  for (const watch of session.watches) watches.push(await observing(() => observeWatch(session, watch)));
  return {
    mailboxes: mailboxes.filter(({ agentId }) => agentId.endsWith(`.${tag}`)),
    watches,
    troubles: world.troubles.map(({ code, message }) => `${code}: ${message}`),
  };
}

/** What a watch was told since the last time. */
async function observeWatch(session: Session, watch: ModelWatch): Promise<Observation> {
  const until = performance.now() + TELL_MS;
  while (!(await hasCaughtUp(session, watch))) {
    if (performance.now() > until) return { neverTold: [...watch.seen.keys()], events: takeEvents(session, watch) };
  }
  return takeEvents(session, watch);
}

async function hasCaughtUp(session: Session, { collection, prefix, seen }: ModelWatch): Promise<boolean> {
  const present = await session.world.transport("A").records.list(fullName(session, collection), { prefix });
  return present.length === seen.size && present.every(({ key, version }) => seen.get(key) === version);
}

/**
 * The newest event of each key. Changes in quick succession may be told as one: of a record that came and went unseen, nothing
 * need be told.
 */
function takeEvents(session: Session, watch: ModelWatch): Observation {
  const newest = new Map(watch.events.splice(0).map((event) => [event.key, event]));
  const told: { key: string; kind: string; version: Observation }[] = [];
  for (const [key, event] of newest) {
    if (event.kind === "put") {
      watch.known.add(key);
      told.push({ key, kind: event.kind, version: nameOfVersion(session, watch.collection, event.record.version) });
    } else if (watch.known.delete(key)) {
      told.push({ key, kind: event.kind, version: null });
    }
  }
  return told.sort((a, b) => (a.key < b.key ? -1 : 1));
}

/**
 * Rings for the watched collections, as any write does: time passed in the store without the watches' own timers noticing, so
 * they learn of what expired meanwhile as they learn of any change.
 */
export async function pokeWatches(session: Session): Promise<void> {
  for (const collection of new Set(session.watches.map((watch) => watch.collection))) {
    const { records } = session.world.transport("A");
    const version = await records.put(fullName(session, collection), POKED_KEY, "time passed");
    session.versions.push({ collection, version });
  }
}

/** Leaves nothing of a sequence behind, so that the next one starts from nothing in the same store. */
export async function tidyUp(session: Session, agents: readonly string[]): Promise<void> {
  const { world, watches } = session;
  await Promise.all(watches.map((watch) => watch.end()));
  const transport = world.transport("A");
  await Promise.all([
    ...agents.map((agent) => transport.deleteMailbox(fullName(session, agent), { discard: true })),
    ...COLLECTIONS.flatMap((collection) =>
      [...KEYS, POKED_KEY].map((key) => transport.records.delete(fullName(session, collection), key)),
    ),
  ]);
}
