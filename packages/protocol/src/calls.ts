import { checkNumber } from "./check-number.js";
import type { Clock } from "./clock.js";
import type { Driver, DriverCall } from "./driver.js";
import { AgentCommError, type Outcome } from "./errors.js";
import { LONGEST_MS, type ResolvedTransportOptions } from "./resolve-transport-options.js";
import { Tick } from "./tick.js";
import type { CallOptions } from "./transport.js";
import { toAgentCommError } from "./trouble.js";

// A driver knows best what became of a call, so it gets this much longer than its deadline to say so.
const GRACE_MS = 50;

/**
 * Lets timers and sockets have their turn. Over a store in the same process, a caller's loop of calls would otherwise keep
 * the event loop to itself.
 */
export const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** How a call of the driver is made. */
interface Performing<T> {
  readonly signal?: AbortSignal | undefined;
  /** Gets a value that came after the call had ended. Never rejects. */
  readonly abandoned?: ((value: T) => Promise<void>) | undefined;
  /** It changes nothing: whatever becomes of it, the outcome is "none". */
  readonly reads?: boolean;
}

interface Opening {
  readonly deadline: number;
  readonly done: Promise<void>;
}

/**
 * The rules of every call, in one place: what is closed refuses, the first use opens, each call ends by its deadline,
 * and whatever a driver throws leaves as an AgentCommError that says whether anything was stored.
 */
export class Calls {
  readonly tick = new Tick();
  readonly #driver: Driver;
  readonly #clock: Clock;
  readonly #timeoutMs: number;
  #opening: Opening | undefined;
  #isOpen = false;
  #refusing = false;
  #shut = false;
  #active = 0;
  #idle: (() => void) | undefined;

  constructor(driver: Driver, options: ResolvedTransportOptions) {
    this.#driver = driver;
    this.#clock = options.clock;
    this.#timeoutMs = options.timeoutMs;
  }

  /** Throws CLOSED once `refuse` was called: for the entrance of public functions. */
  enter(what: string): void {
    if (this.#refusing) throw closedError(this.#driver.name, what);
  }

  timeoutOf(options: CallOptions | undefined): number {
    return options?.timeoutMs === undefined
      ? this.#timeoutMs
      : checkNumber("timeoutMs", options.timeoutMs, { min: 1, max: LONGEST_MS });
  }

  /** A public call: enters, opens, works, and ends by its deadline or signal. */
  async run<T>(what: string, options: CallOptions | undefined, work: (call: DriverCall) => Promise<T>): Promise<T> {
    return await this.#public(what, options, work, false);
  }

  /** As `run`, for what only reads: however it ends, nothing was stored. */
  async read<T>(what: string, options: CallOptions | undefined, work: (call: DriverCall) => Promise<T>): Promise<T> {
    return await this.#public(what, options, work, true);
  }

  /** As `run`, but at once, and also while the transport is closing: settling what is held must go on until the end. */
  perform<T>(
    what: string,
    timeoutMs: number,
    work: (call: DriverCall) => Promise<T>,
    { signal, abandoned, reads = false }: Performing<T> = {},
  ): Promise<T> {
    if (this.#shut) return Promise.reject(closedError(this.#driver.name, what));
    if (signal?.aborted === true) return Promise.reject(abortedError(what, "none", signal.reason));
    return new Promise<T>((resolve, reject) => {
      let outcome: Outcome = "none";
      let ended = false;
      let cancelTimer = (): void => {};
      const end = (): boolean => {
        if (ended) return false;
        ended = true;
        cancelTimer();
        signal?.removeEventListener("abort", onAbort);
        return true;
      };
      const fail = (error: AgentCommError): void => {
        if (end()) reject(error);
      };
      const onAbort = (): void => fail(abortedError(what, outcome, signal?.reason));
      const begin = async (): Promise<void> => {
        this.#active += 1;
        try {
          const call: DriverCall = { deadline: this.#clock.monotonic() + timeoutMs };
          // Whoever awaits a call gets an answer: as long as one is under way, the process stays.
          cancelTimer = this.#clock.timer(timeoutMs + GRACE_MS, () => fail(timeoutError(what, timeoutMs, outcome)), {
            keepAlive: true,
          });
          signal?.addEventListener("abort", onAbort, { once: true });
          if (!this.#isOpen) await this.#open(call);
          // Its caller was told that nothing was stored: so nothing may be stored from now on.
          if (ended) return;
          if (!reads) outcome = "unknown";
          const value = await work(call);
          if (end()) resolve(value);
          else await abandoned?.(value);
        } catch (thrown) {
          fail(withOutcome(toAgentCommError(thrown, "STORE_FAILED", `${what} failed`), outcome));
        } finally {
          this.#active -= 1;
          if (this.#active === 0) this.#idle?.();
        }
      };
      void begin();
    });
  }

  /** From now on `enter` throws. */
  refuse(): void {
    this.#refusing = true;
  }

  /** From now on `perform` rejects as well: the driver is gone. */
  shut(): void {
    this.#refusing = true;
    this.#shut = true;
  }

  /** Resolves once nothing is under way: no call, nothing that a call left to be done after it had ended. */
  async settled(): Promise<void> {
    if (this.#active === 0) return;
    await new Promise<void>((resolve) => {
      this.#idle = resolve;
    });
  }

  async #public<T>(
    what: string,
    options: CallOptions | undefined,
    work: (call: DriverCall) => Promise<T>,
    reads: boolean,
  ): Promise<T> {
    this.enter(what);
    const timeoutMs = this.timeoutOf(options);
    checkSignal(options?.signal, what);
    // At the end of the tick itself, not after it: what is asked for first reaches the driver first.
    return await new Promise<T>((resolve, reject) => {
      this.tick.atEnd(() => {
        this.perform(what, timeoutMs, work, { reads, signal: options?.signal }).then(resolve, reject);
      });
    });
  }

  /** Resolves once the driver is open. Callers share an opening, but its end by one's deadline is not the end of the others. */
  async #open(call: DriverCall): Promise<void> {
    while (!this.#isOpen) {
      if (this.#shut) throw closedError(this.#driver.name, "open");
      this.#opening ??= { deadline: call.deadline, done: this.#openDriver(call) };
      const opening = this.#opening;
      try {
        await opening.done;
      } catch (error) {
        if (this.#opening === opening) this.#opening = undefined;
        const soon = this.#clock.monotonic() + GRACE_MS;
        const endedByDeadline = opening.deadline <= soon;
        const hasTimeLeft = call.deadline > soon;
        if (!endedByDeadline || !hasTimeLeft) throw error;
      }
    }
  }

  async #openDriver(call: DriverCall): Promise<void> {
    try {
      await this.#driver.open(call);
      this.#isOpen = true;
    } catch (thrown) {
      throw toAgentCommError(thrown, "STORE_FAILED", `opening the ${this.#driver.name} transport failed`);
    }
  }
}

export function closedError(transport: string, what: string): AgentCommError {
  return new AgentCommError("CLOSED", `${what}: the ${transport} transport is closed; create a new one`, {
    outcome: "none",
  });
}

function timeoutError(what: string, timeoutMs: number, outcome: Outcome): AgentCommError {
  const effect = outcome === "none" ? "nothing was stored" : "it may or may not have taken effect";
  return new AgentCommError("TIMEOUT", `${what} did not end within ${timeoutMs} ms: ${effect}`, { outcome });
}

export function abortedError(what: string, outcome: Outcome, reason: unknown): AgentCommError {
  return new AgentCommError("ABORTED", `${what} was aborted by its signal`, { outcome, cause: reason });
}

export function checkSignal(signal: AbortSignal | undefined, what: string): void {
  if (signal?.aborted === true) throw abortedError(what, "none", signal.reason);
}

/** Settles as the promise does, or rejects with TIMEOUT shortly after `ms`. */
export function before<T>(promise: Promise<T>, ms: number, what: string, clock: Clock): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const late = (): void => reject(timeoutError(what, Math.round(ms), "unknown"));
    const cancel = clock.timer(ms + GRACE_MS, late, { keepAlive: true });
    promise.then(resolve, reject).finally(cancel);
  });
}

/** Settles as the promise does, or rejects with ABORTED when the signal fires: what was asked for may still be done. */
export function untilAborted<T>(promise: Promise<T>, what: string, signal: AbortSignal): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const onAbort = (): void => reject(abortedError(what, "unknown", signal.reason));
    signal.addEventListener("abort", onAbort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", onAbort));
  });
}

/** The error, saying an outcome: its own, unless it says none, or nothing can have been stored. */
function withOutcome(error: AgentCommError, outcome: Outcome): AgentCommError {
  if (error.outcome === "none" || error.outcome === outcome) return error;
  const { code, message, retryable, details, cause } = error;
  return new AgentCommError(code, message, {
    retryable,
    outcome,
    ...(details === undefined ? {} : { details }),
    ...(cause === undefined ? {} : { cause }),
  });
}
