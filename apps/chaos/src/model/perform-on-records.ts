import type { JsonValue, RecordEvent, VersionedRecord } from "@agentcomm/protocol";
import { type CollectionName, type Command, DURATIONS, type VersionReference } from "./command.js";
import { coarse, type Observation } from "./observe.js";
import { fullName, type ModelWatch, type Session } from "./world.js";

/** The commands about records. */
export type RecordCommand = Extract<Command, { readonly do: "put" | "delete" | "get" | "list" | "watch" }>;

/** Carries out what concerns records. Rejects as the transport does. */
export async function performOnRecords(session: Session, command: RecordCommand, index: number): Promise<Observation> {
  const { records } = session.world.transport(command.by);
  const collection = fullName(session, command.collection);
  switch (command.do) {
    case "put": {
      const version = await records.put(
        collection,
        command.key,
        { writtenBy: index },
        {
          ...ifVersionOf(session, command.ifVersion),
          ...(command.ttl === undefined ? {} : { ttlMs: DURATIONS[command.ttl] }),
        },
      );
      session.versions.push({ collection: command.collection, version });
      return nameOfVersion(session, command.collection, version);
    }
    case "delete":
      return await records.delete(collection, command.key, ifVersionOf(session, command.ifVersion));
    case "get": {
      const record = await records.get(collection, command.key);
      return record === undefined ? null : observeRecord(session, command.collection, record);
    }
    case "list": {
      const { prefix, after, limit } = command;
      const found = await records.list(collection, { prefix, after, limit });
      return found.map((record) => observeRecord(session, command.collection, record));
    }
    case "watch":
      session.watches.push(await startWatch(session, command));
      return "watching";
  }
}

/** A record, its version told as the write that made it: numbers differ between stores, relations do not. */
function observeRecord(
  session: Session,
  collection: CollectionName,
  { key, value, version, expiresAt }: VersionedRecord,
): Observation {
  const expires = expiresAt === undefined ? "never" : coarse(expiresAt - session.clock.now());
  return { key, value, version: nameOfVersion(session, collection, version), expires };
}

/** Which write a version belongs to. */
export function nameOfVersion({ versions }: Session, collection: CollectionName, version: number): Observation {
  const write = versions.findLastIndex((written) => written.collection === collection && written.version === version);
  return write < 0 ? "of no write" : `of write ${write}`;
}

function ifVersionOf({ versions }: Session, reference: VersionReference | undefined): { readonly ifVersion?: number } {
  if (reference === undefined) return {};
  if (reference === "must not exist") return { ifVersion: 0 };
  const written = versions[versions.length - 1 - reference.back];
  return written === undefined ? {} : { ifVersion: written.version };
}

async function startWatch(
  session: Session,
  { by, collection, prefix }: Extract<Command, { readonly do: "watch" }>,
): Promise<ModelWatch> {
  const events: RecordEvent[] = [];
  const seen = new Map<string, number>();
  const listener = (event: RecordEvent<JsonValue>): void => {
    events.push(event);
    if (event.kind === "put") seen.set(event.key, event.record.version);
    else seen.delete(event.key);
  };
  const { records } = session.world.transport(by);
  const end = await records.watch(fullName(session, collection), listener, { prefix });
  return { by, collection, prefix, events, seen, known: new Set(), end };
}
