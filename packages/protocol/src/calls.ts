import { checkNumber } from "./check-number.js";
import type { Clock } from "./clock.js";
import type { Driver, DriverCall } from "./driver.js";
import { AgentCommError, type Outcome } from "./errors.js";
import { LONGEST_MS, type ResolvedTransportOptions } from "./resolve-transport-options.js";
import type { CallOptions } from "./transport.js";
import { toAgentCommError } from "./trouble.js";

// A driver knows best what became of a call, so it gets this much longer than its deadline to say so.
const GRACE_MS = 50;

/**
 * The rules of every call, in one place: what is closed refuses, the first use opens, each call ends by its deadline,
 * and whatever a driver throws leaves as an AgentCommError.
 */
export class Calls {
  readonly #driver: Driver;
  readonly #clock: Clock;
  readonly #timeoutMs: number;
  #opening: Promise<void> | undefined;
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

  get refusing(): boolean {
    return this.#refusing;
  }

  timeoutOf(options: CallOptions | undefined): number {
    return options?.timeoutMs === undefined
      ? this.#timeoutMs
      : checkNumber("timeoutMs", options.timeoutMs, { min: 1, max: LONGEST_MS });
  }

  /** A public call: enters, opens, works, and ends by its deadline or signal. `abandoned` gets a value that came too late. */
  async run<T>(
    what: string,
    options: CallOptions | undefined,
    work: (call: DriverCall) => Promise<T>,
    abandoned?: (value: T) => void,
  ): Promise<T> {
    this.enter(what);
    checkSignal(options?.signal, what);
    return this.perform(what, this.timeoutOf(options), work, options?.signal, abandoned);
  }

  /** As `run`, but also while the transport is closing: settling what is held must go on until the end. */
  perform<T>(
    what: string,
    timeoutMs: number,
    work: (call: DriverCall) => Promise<T>,
    signal?: AbortSignal,
    abandoned?: (value: T) => void,
  ): Promise<T> {
    if (this.#shut) return Promise.reject(closedError(this.#driver.name, what));
    const call: DriverCall = { deadline: this.#clock.monotonic() + timeoutMs };
    return new Promise<T>((resolve, reject) => {
      let outcome: Outcome = "none";
      let ended = false;
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
      // Whoever awaits a call gets an answer: as long as one is under way, the process stays.
      const cancelTimer = this.#clock.timer(timeoutMs + GRACE_MS, () => fail(timeoutError(what, timeoutMs, outcome)), {
        keepAlive: true,
      });
      signal?.addEventListener("abort", onAbort, { once: true });
      this.#work(call, () => {
        outcome = "unknown";
        return work(call);
      }).then(
        (value) => {
          if (end()) resolve(value);
          else abandoned?.(value);
        },
        (thrown: unknown) => fail(toAgentCommError(thrown, "STORE_FAILED", `${what} failed`, outcome)),
      );
    });
  }

  /** Resolves once open; opens if need be. */
  async ready(call: DriverCall): Promise<void> {
    if (this.#isOpen) return;
    this.#opening ??= this.#driver.open(call).then(
      () => {
        this.#isOpen = true;
      },
      (thrown: unknown) => {
        this.#opening = undefined;
        throw toAgentCommError(thrown, "STORE_FAILED", `opening the ${this.#driver.name} transport failed`, "none");
      },
    );
    await this.#opening;
  }

  /** From now on `enter` throws. */
  refuse(): void {
    this.#refusing = true;
  }

  /** From now on `perform` rejects as well: the driver is gone. */
  shut(): void {
    this.#shut = true;
  }

  /** Resolves once no call is under way. Each ends by its own deadline, so this ends too. */
  async settled(): Promise<void> {
    if (this.#active === 0) return;
    await new Promise<void>((resolve) => {
      this.#idle = resolve;
    });
  }

  async #work<T>(call: DriverCall, work: () => Promise<T>): Promise<T> {
    this.#active += 1;
    try {
      if (!this.#isOpen) await this.ready(call);
      return await work();
    } finally {
      this.#active -= 1;
      if (this.#active === 0) this.#idle?.();
    }
  }
}

export function closedError(transport: string, what: string): AgentCommError {
  return new AgentCommError("CLOSED", `${what}: the ${transport} transport is closed; create a new one`, {
    outcome: "none",
  });
}

export function timeoutError(what: string, timeoutMs: number, outcome: Outcome): AgentCommError {
  const effect = outcome === "none" ? "nothing was stored" : "it may or may not have taken effect";
  return new AgentCommError("TIMEOUT", `${what} did not end within ${timeoutMs} ms: ${effect}`, { outcome });
}

export function abortedError(what: string, outcome: Outcome, reason: unknown): AgentCommError {
  return new AgentCommError("ABORTED", `${what} was aborted by its signal`, { outcome, cause: reason });
}

export function checkSignal(signal: AbortSignal | undefined, what: string): void {
  if (signal?.aborted === true) throw abortedError(what, "none", signal.reason);
}
