import type { AgentCommError, Driver, Ring, SettleEntry, TakeResult } from "../src/index.js";

/**
 * A driver whose answers the test decides, so that the rules of `createTransport` can be seen by themselves: what a
 * driver must do is the conformance kit's business, and runs against real ones.
 */
export function scriptedDriver(answers: Partial<Driver> = {}) {
  const seen = { settled: [] as SettleEntry[], appended: [] as number[], closed: 0, opened: 0 };
  let ring: (ring: Ring) => void = () => {};
  let trouble: (error: AgentCommError) => void = () => {};
  const driver: Driver = {
    name: "scripted",
    capabilities: {
      durable: false,
      crossProcess: false,
      fenced: true,
      delay: true,
      recordTtl: true,
      atomicFanOut: false,
    },
    wakeMs: 10,
    records: {
      get: async () => undefined,
      list: async () => [],
      put: async () => 1,
      delete: async () => false,
      changes: async () => ({ changes: [], reset: false, cursor: 0 }),
      attend: () => () => {},
    },
    open: async () => void seen.opened++,
    close: async () => void seen.closed++,
    onRing: (listener) => {
      ring = listener;
    },
    onTrouble: (listener) => {
      trouble = listener;
    },
    openMailbox: async () => {},
    deleteMailbox: async () => {},
    append: async (batch) => {
      seen.appended.push(batch.length);
      return batch.map(() => "stored" as const);
    },
    take: async (): Promise<TakeResult> => ({ entries: [] }),
    settle: async (batch) => {
      seen.settled.push(...batch);
      return batch.map(() => undefined);
    },
    renew: async (batch) => batch.map(() => undefined),
    deadLetters: async () => [],
    redrive: async () => 0,
    purge: async () => 0,
    members: async () => [],
    stats: async () => [],
    health: async () => ({ connected: true, durability: "memory", warnings: [] }),
    ...answers,
  };
  return { driver, seen, ring: (what: Ring) => ring(what), trouble: (error: AgentCommError) => trouble(error) };
}

/** A call that never gets its answer. */
export const never = (): Promise<never> => new Promise(() => {});
