import { backoffMs } from "./backoff.js";
import { checkNumber } from "./check-number.js";
import { readOptions } from "./check-options.js";
import { AgentCommError, type ErrorCode } from "./errors.js";
import type { Inbox, InboxContext, Outlook } from "./inbox.js";
import type { LeasedDelivery } from "./leased-delivery.js";
import { limitAttempts } from "./limit-attempts.js";
import { LONGEST_MS } from "./resolve-transport-options.js";
import type { Delivery, SubscribeOptions, Subscription } from "./transport.js";
import { describe, toAgentCommError } from "./trouble.js";

const DRAIN_MS = 30_000;
/**
 * How long the others get to end before a suspect is started, and how long it has the subscription for itself: so much each suspect
 * holds up what is behind it.
 */
const ALONE_MS = 250;
/** Longest that a suspect is held back because others like it have their turn first. */
const LONGEST_TURN_MS = 5_000;
/** How long a subscription waits before it looks again when looking failed: doubled each time, jittered. */
const LOOK_AGAIN = { minMs: 100, maxMs: 5_000 };
/** One look waits this long; the next one goes on waiting. */
const WAIT_MS = 30_000;
/**
 * A backlog is taken in halves of the concurrency, one on its way while the other is decoded and handled: so store and process work at
 * the same time. Halves of fewer than this cost more calls than that gains.
 */
const HALF_FROM = 64;
/** What repeating the same call cannot mend, but a later delivery may: such errors say nothing of the message. */
const NOT_ITS_FAULT: ReadonlySet<ErrorCode> = new Set<ErrorCode>(["ABORTED", "CLOSED", "LEASE_LOST"]);

/** Starts a subscription: it looks into the mailbox for as many messages as it has places free. */
export function subscribe(
  context: InboxContext,
  inbox: Inbox,
  agentId: string,
  handler: (delivery: Delivery) => Promise<unknown>,
  options: SubscribeOptions,
): Subscription {
  const concurrency = checkNumber("concurrency", options.concurrency ?? 1, { min: 1, max: 10_000, integer: true });
  const leaseMs = checkNumber("leaseMs", options.leaseMs ?? 30_000, { min: 10, max: LONGEST_MS });
  const { attemptTimeoutMs } = options;
  const limited =
    attemptTimeoutMs === undefined ? handler : limitAttempts(handler, attemptTimeoutMs, context.options.clock);
  return new RunningSubscription(context, inbox, agentId, limited, concurrency, leaseMs, options.signal);
}

class RunningSubscription implements Subscription {
  readonly closed: Promise<void>;
  readonly #context: InboxContext;
  readonly #inbox: Inbox;
  readonly #agentId: string;
  readonly #handler: (delivery: LeasedDelivery) => Promise<unknown>;
  readonly #concurrency: number;
  readonly #half: number;
  /** Whether a backlog is taken in halves. A store in this process does not work beside it. */
  readonly #inHalves: boolean;
  readonly #leaseMs: number;
  readonly #outlook: Outlook;
  /** What was taken and is not settled yet. */
  readonly #running = new Set<LeasedDelivery>();
  /** Places that are taken: by handlers, and by what takes under way may bring. */
  #places = 0;
  /** The look for the other half of a backlog, while there is one. */
  #second: Promise<void> | undefined;
  /** A suspect has the subscription for itself. */
  #alone = false;
  /** The one that no handler was given yet. */
  #waiting: LeasedDelivery | undefined;
  /** How long the latest suspect held up the others. */
  #turnMs = 0;
  /** Those who wait for a place, or for another reason to look again. */
  #freed: (() => void)[] = [];
  /** Cancels the next renewal. Undefined: there has been nothing to renew of late. */
  #renewal: (() => void) | undefined;

  constructor(
    context: InboxContext,
    inbox: Inbox,
    agentId: string,
    handler: (delivery: LeasedDelivery) => Promise<unknown>,
    concurrency: number,
    leaseMs: number,
    signal: AbortSignal | undefined,
  ) {
    this.#context = context;
    this.#inbox = inbox;
    this.#agentId = agentId;
    this.#handler = handler;
    this.#concurrency = concurrency;
    this.#half = Math.ceil(concurrency / 2);
    this.#inHalves = this.#half >= HALF_FROM && context.driver.capabilities.crossProcess;
    this.#leaseMs = leaseMs;
    const onAbort = (): void => void this.stop();
    this.#outlook = inbox.outlook(agentId);
    if (signal?.aborted === true) this.#outlook.listening.leave();
    else signal?.addEventListener("abort", onAbort, { once: true });
    this.closed = this.#run().finally(() => {
      this.#outlook.listening.end();
      signal?.removeEventListener("abort", onAbort);
      this.#renewal?.();
    });
  }

  async stop(options?: { readonly drainMs?: number }): Promise<void> {
    const drainMs = checkNumber("drainMs", readOptions(options).drainMs ?? DRAIN_MS, { min: 0, max: LONGEST_MS });
    this.#outlook.listening.leave();
    this.#wake();
    let cancel = (): void => {};
    const drained = new Promise<void>((resolve) => {
      cancel = this.#context.options.clock.timer(drainMs, resolve, { keepAlive: true });
    });
    await Promise.race([this.closed, drained]);
    cancel();
    await this.#giveUp();
    await this.closed;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  async #run(): Promise<void> {
    await this.#lookOn();
    await this.#second;
    while (this.#running.size > 0) await this.#oneEnds();
  }

  /** Looks, and starts what it finds, until the subscription is stopped. */
  async #lookOn(): Promise<void> {
    const { report, options } = this.#context;
    let failures = 0;
    let isBacklog = false;
    while (!this.#stopping) {
      if (this.#free === 0 || this.#alone) {
        await this.#oneEnds();
        continue;
      }
      try {
        if (isBacklog && this.#inHalves && this.#free > this.#half) this.#second ??= this.#lookBeside();
        const limit = this.#second === undefined ? this.#free : Math.min(this.#free, this.#half);
        isBacklog = await this.#lookOnce(limit, WAIT_MS);
        failures = 0;
      } catch (error) {
        if (AgentCommError.is(error, "CLOSED") || this.#stopping) break;
        failures += 1;
        report(toAgentCommError(error, "STORE_FAILED", "receive failed"), { agentId: this.#agentId });
        await this.#until(() => false, backoffMs(failures, LOOK_AGAIN, options.random));
      }
    }
  }

  /** Looks for the other half of a backlog, as long as there is one and half of the places are free. Never rejects. */
  async #lookBeside(): Promise<void> {
    try {
      while (await this.#lookOnce(this.#half, 0)) {
        if (this.#free < this.#half) await this.#oneEnds();
        if (this.#free < this.#half || this.#alone || this.#stopping) break;
      }
    } catch (error) {
      if (!AgentCommError.is(error, "CLOSED") && !this.#stopping) {
        this.#context.report(toAgentCommError(error, "STORE_FAILED", "receive failed"), { agentId: this.#agentId });
      }
    } finally {
      this.#second = undefined;
      this.#wake();
    }
  }

  /** Starts what it finds. Resolves to whether that was as much as it looked for: then there may be more. */
  async #lookOnce(limit: number, waitMs: number): Promise<boolean> {
    this.#places += limit;
    let deliveries: readonly LeasedDelivery[];
    try {
      deliveries = await this.#inbox.look(this.#outlook, { limit, waitMs, leaseMs: this.#leaseMs }, {});
    } finally {
      this.#places -= limit;
      // What this look had reserved is free for the other one.
      this.#wake();
    }
    if (this.#stopping || this.#alone) await this.#handBackUnhandled(deliveries);
    else await this.#startAll(deliveries);
    return deliveries.length === limit;
  }

  get #stopping(): boolean {
    return this.#outlook.listening.over;
  }

  get #free(): number {
    return this.#concurrency - this.#places;
  }

  // A message that ends its process takes those beside it along, and with the same beside it again and again all of them would
  // become poison. So what may be such a one is handled with as few beside it as can be, and others like it elsewhere or later: each
  // when those before it have had their turn, so that what is behind them all is not held up by all of them.
  async #startAll(deliveries: readonly LeasedDelivery[]): Promise<void> {
    const [suspect, ...others] = deliveries.filter((delivery) => delivery.suspect);
    const plain = suspect === undefined ? deliveries : deliveries.filter((delivery) => !delivery.suspect);
    this.#inbox.handedOut(plain);
    for (const delivery of plain) this.#start(delivery);
    if (suspect === undefined) return;
    this.#alone = true;
    this.#waiting = suspect;
    this.#hold(suspect);
    try {
      await this.#handBackUnhandled(others, this.#turnMs);
      await this.#giveTurn(suspect);
    } finally {
      this.#alone = false;
      this.#wake();
    }
  }

  async #giveTurn(suspect: LeasedDelivery): Promise<void> {
    const { clock } = this.#context.options;
    const startedAt = clock.monotonic();
    await this.#until(() => this.#running.size === 1, ALONE_MS);
    this.#waiting = undefined;
    if (suspect.held && !this.#stopping) {
      this.#inbox.handedOut([suspect]);
      this.#handle(suspect);
      await this.#until(() => !this.#running.has(suspect), ALONE_MS);
      this.#turnMs = clock.monotonic() - startedAt;
      return;
    }
    // Stopping hands it back, as it does with what was just taken; and somebody else may have it by now.
    if (suspect.held) await this.#handBackUnhandled([suspect]);
    this.#running.delete(suspect);
  }

  #start(delivery: LeasedDelivery): void {
    this.#hold(delivery);
    this.#handle(delivery);
  }

  #hold(delivery: LeasedDelivery): void {
    this.#running.add(delivery);
    this.#renewal ??= this.#scheduleRenewal();
  }

  /** Runs the handler and settles. Written with `then`: an async function in its place takes twice the memory for each message. */
  #handle(delivery: LeasedDelivery): void {
    this.#places += 1;
    let handling: Promise<unknown>;
    try {
      handling = Promise.resolve(this.#handler(delivery));
    } catch (thrown) {
      handling = Promise.reject(thrown);
    }
    handling.then(
      () => this.#handled(delivery),
      (thrown) => this.#threw(delivery, thrown),
    );
  }

  #handled(delivery: LeasedDelivery): void {
    this.#leavePlace();
    if (delivery.settled) this.ended(delivery);
    else delivery.ackAndTell(this);
  }

  #threw(delivery: LeasedDelivery, thrown: unknown): void {
    this.#leavePlace();
    if (delivery.settled) this.ended(delivery);
    else
      this.#failed(delivery, thrown).then(
        () => this.ended(delivery),
        (error) => this.ended(delivery, error),
      );
  }

  /** Not only once the message is settled: so what comes next is on its way beside the ack. */
  #leavePlace(): void {
    this.#places -= 1;
    this.#wake();
  }

  /** For the delivery: it is settled, or that failed. */
  ended(delivery: LeasedDelivery, error?: unknown): void {
    this.#running.delete(delivery);
    if (error !== undefined) {
      this.#context.report(toAgentCommError(error, "STORE_FAILED", "settling failed"), { agentId: this.#agentId });
    }
    this.#wake();
  }

  async #failed(delivery: LeasedDelivery, thrown: unknown): Promise<void> {
    const reason = describe(thrown);
    if (AgentCommError.is(thrown) && !thrown.retryable && !NOT_ITS_FAULT.has(thrown.code)) {
      return await delivery.reject(reason);
    }
    const { capabilities } = this.#context.driver;
    const { random, retryBackoff } = this.#context.options;
    const delayMs = capabilities.delay ? backoffMs(delivery.attempt, retryBackoff, random) : 0;
    await delivery.retry({ delayMs, reason });
  }

  /** Resolves once it holds; after `ms`, or when the subscription stops, in any case. */
  async #until(holds: () => boolean, ms: number): Promise<void> {
    let isLate = false;
    const late = (): void => {
      isLate = true;
      this.#wake();
    };
    const cancel = this.#context.options.clock.timer(ms, late, { keepAlive: true });
    while (!holds() && !isLate && !this.#stopping) await this.#oneEnds();
    cancel();
  }

  /** Resolves when a handler has ended, was settled or given up, or there is another reason to look again. */
  #oneEnds(): Promise<void> {
    return new Promise((resolve) => {
      this.#freed.push(resolve);
    });
  }

  #wake(): void {
    if (this.#freed.length === 0) return;
    for (const resolve of this.#freed.splice(0)) resolve();
  }

  // Renews what runs, three times a lease, never everything pending. While handlers run, this is what keeps the process
  // alive; who waits for messages needs no timer of its own.
  #scheduleRenewal(): () => void {
    const { clock, random } = this.#context.options;
    const ms = (this.#leaseMs / 3) * (0.9 + random() * 0.2);
    return clock.timer(
      ms,
      () => {
        for (const delivery of this.#running) {
          // One that is asked for already must not pile up over a slow store.
          if (!delivery.held || delivery.renewing) continue;
          // One that was taken a moment ago has time until the next round: within two rounds it still holds its lease.
          if (delivery.leaseLeftMs > this.#leaseMs * 0.75) continue;
          delivery.extend(this.#leaseMs).catch((error: AgentCommError) => {
            if (!delivery.settled) this.#context.report(error, { agentId: this.#agentId });
          });
        }
        this.#renewal = this.#running.size === 0 ? undefined : this.#scheduleRenewal();
      },
      { keepAlive: true },
    );
  }

  /** What is still running after the drain time: its handler is told, and the message goes back at once. */
  async #giveUp(): Promise<void> {
    const left = [...this.#running];
    for (const delivery of left) {
      if (!delivery.held) continue;
      delivery.lose(new AgentCommError("ABORTED", "the subscription was stopped before the handler ended"));
    }
    const waiting = this.#waiting;
    await Promise.all([
      ...(waiting?.held === true ? [this.#handBackUnhandled([waiting])] : []),
      this.#handBack(left.filter((delivery) => delivery.held && delivery !== waiting)),
    ]);
    // What its handler has just settled is not repeated: its settling is waited for, even if the handler never ends.
    await Promise.all(left.map((delivery) => delivery.settling()));
    this.#running.clear();
    this.#wake();
  }

  /** `turnMs`: how much later each is offered again than the one before it. */
  async #handBackUnhandled(deliveries: readonly LeasedDelivery[], turnMs = 0): Promise<void> {
    const { delay } = this.#context.driver.capabilities;
    const delayMs = (index: number): number => (delay ? Math.min((index + 1) * turnMs, LONGEST_TURN_MS) : 0);
    await Promise.all(
      deliveries.map((delivery, index) =>
        delivery.handBackUnhandled(delayMs(index)).catch((error: AgentCommError) => {
          this.#context.report(error, { agentId: this.#agentId });
        }),
      ),
    );
  }

  async #handBack(deliveries: readonly LeasedDelivery[]): Promise<void> {
    await Promise.all(
      deliveries.map((delivery) =>
        delivery.retry({ reason: "its receiver was stopped" }).catch((error: AgentCommError) => {
          this.#context.report(error, { agentId: this.#agentId });
        }),
      ),
    );
  }
}
