import { AgentCommError, type Clock, type Driver, type DriverCall, type Ring, systemClock } from "@agentcomm/protocol";

/** A driver, and a line between it and whoever uses it that can be broken at will. */
export interface FaultyLine {
  /** The driver at the far end. Hand it to `createTransport`. */
  readonly driver: Driver;
  /** From now on no request reaches the driver, and no ring comes back. */
  readonly stall: () => void;
  /** From now on requests reach the driver, but neither replies nor rings come back. */
  readonly loseReplies: () => void;
  /** The line works again: requests still waiting are delivered, lost replies are told as CONNECTION_LOST. */
  readonly mend: () => void;
}

/**
 * Puts a line between a driver that works within the process and its transport, for `createBreakable` of a harness: such a
 * driver has no line of its own that could break. Behind it stands what a driver over a network has to do: end each call by
 * its deadline, tell what became of it, and after an outage ring for all that may have been missed.
 */
export function createFaultyLine(driver: Driver, clock: Clock = systemClock): FaultyLine {
  const line = new Line(clock);
  const { carry } = line;
  const { records } = driver;
  return {
    stall: () => line.break("stalled"),
    loseReplies: () => line.break("replies lost"),
    mend: () => line.mend(),
    driver: {
      name: driver.name,
      capabilities: driver.capabilities,
      wakeMs: driver.wakeMs,
      open: (call) => carry(call, () => driver.open(call)),
      close: (call) => driver.close(call),
      onRing(listener) {
        line.onRing = listener;
        driver.onRing((ring) => line.ring(ring));
      },
      onTrouble: (listener) => driver.onTrouble(listener),
      openMailbox: (agentId, options, call) => carry(call, () => driver.openMailbox(agentId, options, call)),
      deleteMailbox: (agentId, options, call) => carry(call, () => driver.deleteMailbox(agentId, options, call)),
      append: (batch, call) => carry(call, () => driver.append(batch, call)),
      take(agentId, options, call) {
        line.attended.set(agentId, { mailbox: agentId });
        return carry(call, () => driver.take(agentId, options, call));
      },
      settle: (batch, call) => carry(call, () => driver.settle(batch, call)),
      renew: (batch, call) => carry(call, () => driver.renew(batch, call)),
      deadLetters: (agentId, options, call) => carry(call, () => driver.deadLetters(agentId, options, call)),
      redrive: (agentId, ids, call) => carry(call, () => driver.redrive(agentId, ids, call)),
      purge: (agentId, ids, call) => carry(call, () => driver.purge(agentId, ids, call)),
      members: (topic, options, call) => carry(call, () => driver.members(topic, options, call)),
      stats: (call) => carry(call, () => driver.stats(call)),
      health: (call) => carry(call, () => driver.health(call)),
      records: {
        get: (collection, key, call) => carry(call, () => records.get(collection, key, call)),
        list: (collection, options, call) => carry(call, () => records.list(collection, options, call)),
        put: (collection, key, value, options, call) =>
          carry(call, () => records.put(collection, key, value, options, call)),
        delete: (collection, key, options, call) => carry(call, () => records.delete(collection, key, options, call)),
        changes: (collection, since, call) => carry(call, () => records.changes(collection, since, call)),
        attend(collection) {
          const key = Symbol(collection);
          line.attended.set(key, { collection });
          const leave = records.attend(collection);
          return () => {
            line.attended.delete(key);
            leave();
          };
        },
      },
    },
  };
}

class Line {
  onRing: (ring: Ring) => void = () => {};
  /** What has to be rung for after an outage. */
  readonly attended = new Map<string | symbol, Ring>();
  readonly #clock: Clock;
  #state: "works" | "stalled" | "replies lost" = "works";
  readonly #waiting = new Set<() => void>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  break(state: "stalled" | "replies lost"): void {
    this.#state = state;
  }

  mend(): void {
    if (this.#state === "works") return;
    this.#state = "works";
    for (const wake of this.#waiting) wake();
    for (const ring of this.attended.values()) this.onRing(ring);
  }

  ring(ring: Ring): void {
    if (this.#state === "works") this.onRing(ring);
  }

  readonly carry = async <T>(call: DriverCall, request: () => Promise<T>): Promise<T> => {
    if (this.#state === "stalled") await this.#mended(call, "none");
    const reply = await request();
    if (this.#state === "works") return reply;
    await this.#mended(call, "unknown");
    throw new AgentCommError("CONNECTION_LOST", "the reply got lost on the line", { outcome: "unknown" });
  };

  #mended(call: DriverCall, outcome: "none" | "unknown"): Promise<void> {
    return new Promise((resolve, reject) => {
      const wake = (): void => {
        cancel();
        this.#waiting.delete(wake);
        resolve();
      };
      const cancel = this.#clock.timer(call.deadline - this.#clock.monotonic(), () => {
        this.#waiting.delete(wake);
        reject(new AgentCommError("TIMEOUT", "the line is broken", { outcome }));
      });
      this.#waiting.add(wake);
    });
  }
}
