import type { Delivery, Transport } from "@agentcomm/protocol";
import { FINISHED_TASKS, OPEN_TASKS, type TaskRecord } from "@agentcomm/protocol/internal";

/** Something that a coordinator does to the store. */
export type StoreCall =
  | { readonly kind: "put"; readonly collection: string; readonly value: unknown; readonly seen: unknown }
  | { readonly kind: "delete"; readonly collection: string }
  | { readonly kind: "send"; readonly type: string; readonly action: unknown }
  | { readonly kind: "ack"; readonly type: string };

const isTask = (call: StoreCall, test: (record: TaskRecord, seen: TaskRecord | undefined) => boolean): boolean =>
  call.kind === "put" && call.collection === OPEN_TASKS && test(call.value as TaskRecord, call.seen as TaskRecord);

const entering = (state: string) => (call: StoreCall) =>
  isTask(call, (record) => record.state === state && record.attempts.length > 0);

const isAdoption = (record: TaskRecord, seen: TaskRecord | undefined): boolean =>
  seen !== undefined &&
  seen.ownerId !== record.ownerId &&
  JSON.stringify(seen.attempts) === JSON.stringify(record.attempts);

/** Every write of a task's life: what it is, and which of its kind is hit. */
export const CRASH_POINTS: Record<string, { readonly is: (call: StoreCall) => boolean; readonly nth: number }> = {
  "the task is stored": { is: (call) => isTask(call, (_, seen) => seen === undefined), nth: 7 },
  "it leaves the queue for an agent": {
    is: (call) => isTask(call, (record, seen) => record.state === "assigned" && seen?.state === "queued"),
    nth: 2,
  },
  "its assignment is sent": { is: (call) => call.kind === "send" && call.type === "task_assignment", nth: 3 },
  "it runs": { is: entering("running"), nth: 2 },
  "an attempt has failed and it is queued again": { is: entering("queued"), nth: 2 },
  "the next attempt is written": {
    is: (call) => isTask(call, (record) => record.state === "assigned" && record.attempts.length === 2),
    nth: 2,
  },
  "it is completed": { is: entering("completed"), nth: 3 },
  "it has failed": { is: entering("failed"), nth: 1 },
  "it is rejected": { is: entering("rejected"), nth: 1 },
  "it expires": { is: (call) => isTask(call, (record) => record.state === "expired"), nth: 1 },
  "it is canceled": { is: entering("canceled"), nth: 1 },
  "its agent is told of the cancel": { is: (call) => call.kind === "send" && call.action === "cancel_task", nth: 1 },
  "its answer is acked": { is: (call) => call.kind === "ack" && call.type === "task_response", nth: 4 },
  "it is filed among the finished": { is: (call) => call.kind === "put" && call.collection === FINISHED_TASKS, nth: 3 },
  "it is removed from the open": { is: (call) => call.kind === "delete" && call.collection === OPEN_TASKS, nth: 3 },
  "another owner takes it over": { is: (call) => isTask(call, isAdoption), nth: 3 },
};

/** A transport whose process kills itself before or after the nth call that `is` such a one. */
export function crashingTransport(transport: Transport, point: string, side: "before" | "after"): Transport {
  const found = CRASH_POINTS[point];
  if (found === undefined) throw new Error(`there is no crash point "${point}"`);
  let left = found.nth;
  const around = async <T>(call: StoreCall, work: () => Promise<T>): Promise<T> => {
    const isHit = found.is(call) && --left === 0;
    if (isHit && side === "before") die();
    const value = await work();
    if (isHit) die();
    return value;
  };

  const seen = new Map<string, unknown>();
  const { records } = transport;
  const crashingRecords: Transport["records"] = {
    list: (...args) => records.list(...args),
    watch: (...args) => records.watch(...args),
    async get(collection, key, options) {
      const record = await records.get(collection, key, options);
      seen.set(`${collection} ${key}`, record?.value);
      return record as never;
    },
    put: (collection, key, value, options) =>
      around({ kind: "put", collection, value, seen: seen.get(`${collection} ${key}`) }, () => {
        seen.set(`${collection} ${key}`, value);
        return records.put(collection, key, value, options);
      }),
    delete: (collection, key, options) =>
      around({ kind: "delete", collection }, () => records.delete(collection, key, options)),
  };

  const crashing = Object.create(transport) as Transport;
  return Object.assign(crashing, {
    records: crashingRecords,
    open: () => transport.open(),
    openMailbox: transport.openMailbox.bind(transport),
    health: transport.health.bind(transport),
    close: () => transport.close(),
    send: ((message, options) => {
      const { action } = message.content as { action?: unknown };
      return around({ kind: "send", type: message.type, action }, () => transport.send(message, options));
    }) as Transport["send"],
    subscribe: ((agentId, handler, options) =>
      transport.subscribe(
        agentId,
        async (delivery: Delivery) => {
          await handler(delivery);
          await around({ kind: "ack", type: delivery.message.type }, () => delivery.ack());
        },
        options,
      )) as Transport["subscribe"],
  });
}

function die(): never {
  process.kill(process.pid, "SIGKILL");
  // The signal takes effect before the kill returns; nothing may happen in case it did not.
  for (;;);
}
