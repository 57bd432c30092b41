import type { AppendEntry, Driver, DriverCall, DriverRecords, Ring } from "@agentcomm/protocol";
import type { RecordLog } from "./record-log.js";
import type { Stage } from "./stage.js";

/** What a driver on the stage belongs to. */
export interface ScheduledDriverContext {
  readonly stage: Stage;
  readonly log: RecordLog;
  /** Of the process. */
  readonly name: string;
  readonly isAlive: () => boolean;
}

/**
 * A memory driver whose every call travels: it takes effect when the scheduler lets it arrive, and is answered when the
 * scheduler lets the answer arrive. Of a process that was killed nothing arrives, and nothing is answered to it. Nor does what was
 * given up arrive after its deadline: a driver sees to that, as the one for Redis does by its numbers.
 */
export function scheduledDriver(driver: Driver, context: ScheduledDriverContext): Driver {
  const { stage, log, name, isAlive } = context;
  const never = new Promise<never>(() => {});
  const mayArrive = ({ deadline }: DriverCall): boolean => isAlive() && stage.time.elapsed <= deadline;

  const travel = async <T>(what: string, call: DriverCall, work: () => Promise<T>): Promise<T> => {
    await stage.turn(`${name} ${what}`);
    if (!mayArrive(call)) return await never;
    const effect = work();
    // It is awaited only once its answer has arrived: a refusal that travels is no unhandled one.
    effect.catch(() => {});
    await stage.turn(`${name} ${what} answered`);
    if (!isAlive()) return await never;
    return await effect;
  };
  /** What only reads is as old as its answer in any case: one turn is enough. */
  const read = async <T>(what: string, call: DriverCall, work: () => Promise<T>): Promise<T> => {
    await stage.turn(`${name} ${what}`);
    return mayArrive(call) ? await work() : await never;
  };

  const records: DriverRecords = {
    get: (collection, key, call) =>
      read(`get ${collection}/${key}`, call, () => driver.records.get(collection, key, call)),
    list: (collection, options, call) =>
      read(`list ${collection}`, call, () => driver.records.list(collection, options, call)),
    put: (collection, key, value, options, call) =>
      travel(`put ${collection}/${key}`, call, async () => {
        const version = await driver.records.put(collection, key, value, options, call);
        log.put(name, collection, key, value);
        return version;
      }),
    delete: (collection, key, options, call) =>
      travel(`delete ${collection}/${key}`, call, async () => {
        const deleted = await driver.records.delete(collection, key, options, call);
        if (deleted) log.delete(name, collection, key);
        return deleted;
      }),
    changes: (collection, since, call) =>
      read(`changes ${collection}`, call, () => driver.records.changes(collection, since, call)),
    attend: (collection) => driver.records.attend(collection),
  };
  return {
    name: driver.name,
    capabilities: driver.capabilities,
    wakeMs: driver.wakeMs,
    records,
    open: (call) => driver.open(call),
    close: (call) => driver.close(call),
    onRing: (listener) => driver.onRing(laterRings(context, listener)),
    onTrouble: (listener) => driver.onTrouble(listener),
    openMailbox: (agentId, options, call) =>
      read(`open ${agentId}`, call, () => driver.openMailbox(agentId, options, call)),
    deleteMailbox: (agentId, options, call) =>
      travel(`delete mailbox ${agentId}`, call, () => driver.deleteMailbox(agentId, options, call)),
    append: (batch, call) =>
      travel(`send ${batch.map(nameOf).join()}`, call, async () => {
        const results = await driver.append(batch, call);
        for (const [index, entry] of batch.entries()) if (results[index] === "stored") log.sent(entry);
        return results;
      }),
    take: (agentId, options, call) => travel(`take ${agentId}`, call, () => driver.take(agentId, options, call)),
    settle: (batch, call) => travel(`settle ${batch.length}`, call, () => driver.settle(batch, call)),
    renew: (batch, call) => travel(`renew ${batch.length}`, call, () => driver.renew(batch, call)),
    deadLetters: (agentId, options, call) =>
      read("dead letters", call, () => driver.deadLetters(agentId, options, call)),
    redrive: (agentId, ids, call) => travel("redrive", call, () => driver.redrive(agentId, ids, call)),
    purge: (agentId, ids, call) => travel("purge", call, () => driver.purge(agentId, ids, call)),
    members: (topic, options, call) => read("members", call, () => driver.members(topic, options, call)),
    stats: (call) => read("stats", call, () => driver.stats(call)),
    health: (call) => driver.health(call),
  };
}

function nameOf({ agentId, idempotencyKey }: AppendEntry): string {
  return idempotencyKey === undefined ? agentId : `${agentId}:${idempotencyKey}`;
}

/** Rings arrive later, too. Two of the same mailbox under way at once are one: whoever hears it looks once. */
function laterRings(
  { stage, name, isAlive }: ScheduledDriverContext,
  listener: (ring: Ring) => void,
): (ring: Ring) => void {
  const underWay = new Set<string>();
  return (ring) => {
    const what = "mailbox" in ring ? ring.mailbox : `#${ring.collection}`;
    if (!isAlive() || underWay.has(what)) return;
    underWay.add(what);
    void stage.turn(`${name} is rung ${what}`).then(() => {
      underWay.delete(what);
      if (isAlive()) listener(ring);
    });
  };
}
