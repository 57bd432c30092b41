import type { Driver, DriverCall, DriverRecords, TakenEntry } from "@agentcomm/protocol";

/** A message on the wire, as far as a step's observer looks at it. */
export interface WireMessage {
  readonly message_type: string;
  readonly content: Readonly<Record<string, unknown>>;
}

/** Something that an agent does to the store. */
export interface StoreStep {
  /** "beat": writes its record among the agents. "look": is about to take what waits in its mailbox. */
  readonly kind: "append" | "take" | "look" | "renew" | "ack" | "beat";
  /** What it appends, or has taken. */
  readonly messages: readonly WireMessage[];
  /** A handler of the agent is running. */
  readonly isWorking: boolean;
}

/** Told before and after each step; as long as it does not resolve, the agent does not go on. */
export interface StepWatch {
  before(step: StoreStep): Promise<void>;
  after(step: StoreStep): Promise<void>;
  isWorking(): boolean;
  /** Whether it is told of looks. Then nothing is ever taken, so that nothing can come between the look and the take. */
  readonly seesLooks: boolean;
}

/** The driver of an agent that can be held at each of its steps. It must be the only agent on it. */
export function stepThrough(driver: Driver, watch: StepWatch): Driver {
  const step = (kind: StoreStep["kind"], messages: readonly WireMessage[] = []): StoreStep => {
    return { kind, messages, isWorking: watch.isWorking() };
  };
  const around = async <Value>(each: StoreStep, work: () => Promise<Value>): Promise<Value> => {
    await watch.before(each);
    const value = await work();
    await watch.after(each);
    return value;
  };
  const records: DriverRecords = {
    get: (...args) => driver.records.get(...args),
    list: (...args) => driver.records.list(...args),
    delete: (...args) => driver.records.delete(...args),
    changes: (...args) => driver.records.changes(...args),
    attend: (...args) => driver.records.attend(...args),
    put: (collection, ...args) =>
      collection === "agents"
        ? around(step("beat"), () => driver.records.put(collection, ...args))
        : driver.records.put(collection, ...args),
  };
  return {
    name: driver.name,
    capabilities: driver.capabilities,
    wakeMs: driver.wakeMs,
    records,
    open: (...args) => driver.open(...args),
    close: (...args) => driver.close(...args),
    onRing: (...args) => driver.onRing(...args),
    onTrouble: (...args) => driver.onTrouble(...args),
    async openMailbox(agentId, options, call) {
      await driver.openMailbox(agentId, options, call);
      // It is rung once it has looked; nobody knows of it yet, so there is nothing to take.
      if (watch.seesLooks) await driver.take(agentId, { limit: 1, leaseMs: 1_000 }, call);
    },
    deleteMailbox: (...args) => driver.deleteMailbox(...args),
    append: (batch, call) =>
      around(
        step(
          "append",
          batch.map(({ payload }) => parse(payload)),
        ),
        () => driver.append(batch, call),
      ),
    async take(agentId, options, call) {
      if (watch.seesLooks) {
        if (await isWaiting(driver, agentId, call)) await watch.before(step("look"));
        return { entries: [] };
      }
      const result = await driver.take(agentId, options, call);
      await watch.after(step("take", result.entries.map(messageOf)));
      return result;
    },
    settle: (batch, call) =>
      batch.some(({ action }) => action.kind === "ack")
        ? around(step("ack"), () => driver.settle(batch, call))
        : driver.settle(batch, call),
    renew: (batch, call) => around(step("renew"), () => driver.renew(batch, call)),
    deadLetters: (...args) => driver.deadLetters(...args),
    redrive: (...args) => driver.redrive(...args),
    purge: (...args) => driver.purge(...args),
    members: (...args) => driver.members(...args),
    stats: (...args) => driver.stats(...args),
    health: (...args) => driver.health(...args),
  };
}

async function isWaiting(driver: Driver, agentId: string, call: DriverCall): Promise<boolean> {
  const found = (await driver.stats(call)).find((mailbox) => mailbox.agentId === agentId);
  return found !== undefined && found.ready > 0;
}

function messageOf({ payload = new Uint8Array() }: TakenEntry): WireMessage {
  return parse(payload);
}

function parse(payload: Uint8Array): WireMessage {
  return JSON.parse(new TextDecoder().decode(payload)) as WireMessage;
}
