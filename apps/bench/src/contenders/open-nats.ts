import {
  AckPolicy,
  type JetStreamClient,
  type JetStreamManager,
  jetstream,
  jetstreamManager,
  RetentionPolicy,
  StorageType,
} from "@nats-io/jetstream";
import { connect, type NatsConnection } from "@nats-io/transport-node";
import type { Place } from "../measure/contender.js";

/** A connection to the run's NATS server. */
export interface Nats extends AsyncDisposable {
  readonly connection: NatsConnection;
  readonly client: JetStreamClient;
  readonly manager: JetStreamManager;
}

export async function openNats(place: Place): Promise<Nats> {
  const connection = await connect({ servers: await place.nats() });
  return {
    connection,
    client: jetstream(connection),
    manager: await jetstreamManager(connection),
    [Symbol.asyncDispose]: () => connection.close(),
  };
}

/** A work queue on disk, with one durable consumer that acks each message: the setting which does what a mailbox does. */
export async function addWorkQueue({ manager }: Nats, name: string): Promise<void> {
  await manager.streams.add({
    name,
    subjects: [name],
    storage: StorageType.File,
    retention: RetentionPolicy.Workqueue,
  });
  await manager.consumers.add(name, { durable_name: name, ack_policy: AckPolicy.Explicit, max_ack_pending: 10_000 });
}
