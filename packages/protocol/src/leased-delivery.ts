import { checkNumber } from "./check-number.js";
import { checkReason, readOptions } from "./check-options.js";
import { type DeliveryEvent, publishDiagnostics } from "./diagnostics.js";
import type { SettleEntry, TakenEntry } from "./driver.js";
import { AgentCommError } from "./errors.js";
import type { InboxContext } from "./inbox.js";
import type { AgentMessage } from "./message.js";
import { LONGEST_MS } from "./resolve-transport-options.js";
import type { Waiting } from "./tick-batch.js";
import type { DeadLetterReason, Delivery, RetryOptions } from "./transport.js";

// The signal fires this much before the lease's end: a tenth of the lease, at most a second.
const warningMs = (leaseMs: number): number => Math.min(leaseMs / 10, 1_000);

type SettleAction = SettleEntry["action"];

/** Who is told how a delivery ended: with the error, or without. */
interface Teller {
  ended(delivery: LeasedDelivery, error?: AgentCommError): void;
}

const ACK = { kind: "ack" } as const;

/** A delivery as `receive` hands it out. */
export class LeasedDelivery implements Delivery, Waiting<undefined> {
  readonly message: AgentMessage;
  readonly attempt: number;
  readonly token: string;
  /** Whose mailbox it comes from. */
  readonly agentId: string;
  readonly #context: InboxContext;
  readonly #reasons: readonly string[] | undefined;
  readonly #noted: number;
  readonly #takenAt: number;
  #leaseMs: number;
  /** On the monotonic clock, counted from before the lease was asked for: the store's lease ends later. */
  #leaseEnd: number;
  #settled = false;
  /** What is under way to end it, and who is told when that has ended. */
  #ending: { readonly action: SettleAction; readonly teller: Teller } | undefined;
  #whenEnded: (() => void)[] | undefined;
  #renewals = 0;
  #lost = false;
  #controller: AbortController | undefined;
  #cancelTimer: (() => void) | undefined;

  /** `askedAt`: on the monotonic clock, before the driver was asked. */
  constructor(
    context: InboxContext,
    agentId: string,
    message: AgentMessage,
    { token, attempt, reasons, noted = reasons?.length ?? 0 }: TakenEntry,
    leaseMs: number,
    askedAt: number,
  ) {
    this.#context = context;
    this.agentId = agentId;
    this.message = message;
    this.attempt = attempt;
    this.token = token;
    this.#reasons = reasons;
    this.#noted = noted;
    this.#leaseMs = leaseMs;
    this.#takenAt = askedAt;
    this.#leaseEnd = askedAt + leaseMs;
  }

  get leaseExpiresAt(): number {
    const { clock } = this.#context.options;
    return Math.round(clock.now() + this.#leaseEnd - clock.monotonic());
  }

  /** Made when it is first asked for, so that who does not look pays neither controller nor timer. */
  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      this.#watchLease();
    }
    return this.#controller.signal;
  }

  /** Whether ack, retry or reject has been called, and may have succeeded. */
  get settled(): boolean {
    return this.#settled;
  }

  /** Whether it may still be settled by its holder: it is not settled, and nobody else has been seen to hold it. */
  get held(): boolean {
    return !this.#settled && !this.#lost;
  }

  /**
   * Whether it may end the process that handles it: at least two attempts ended without a word, neither settled nor handed back, and
   * the last two begin. Those that were beside it suffered the same, so that it is not said that it was this one.
   */
  get suspect(): boolean {
    const silent = this.attempt - 1 - this.#noted;
    return silent >= 2 && this.attempt > this.#context.options.maxDeliveries - 2;
  }

  /** Whether the answer to `extend` is due. */
  get renewing(): boolean {
    return this.#renewals > 0;
  }

  /** Milliseconds until the lease ends. */
  get leaseLeftMs(): number {
    return this.#leaseEnd - this.#context.options.clock.monotonic();
  }

  ack(): Promise<void> {
    return this.#end(ACK);
  }

  /** As `ack`, telling it in place of a promise. */
  ackAndTell(teller: Teller): void {
    this.#endAndTell(ACK, teller);
  }

  async retry(given?: RetryOptions): Promise<void> {
    const options = readOptions(given);
    const reason = options.reason === undefined ? undefined : checkReason(options.reason);
    const delayMs = checkNumber("delayMs", options.delayMs ?? 0, { min: 0, max: LONGEST_MS });
    this.#context.checkDelay(delayMs);
    const why = reason === undefined ? {} : { reason };
    if (this.attempt >= this.#context.options.maxDeliveries) {
      const reasons = [...(this.#reasons ?? []), ...(reason === undefined ? [] : [reason])];
      return await this.#die("poison", poisonDetail(this.attempt, reasons));
    }
    await this.#end({ kind: "retry", delayMs, ...why });
  }

  /** Hands it back, to be offered again in so many milliseconds. For one that no handler was given: it was no attempt. */
  handBackUnhandled(delayMs: number): Promise<void> {
    return this.#end({ kind: "retry", delayMs, uncounted: true });
  }

  async reject(reason: string): Promise<void> {
    await this.#die("rejected", checkReason(reason));
  }

  async extend(leaseMs: number = this.#leaseMs): Promise<void> {
    checkNumber("leaseMs", leaseMs, { min: 1, max: LONGEST_MS });
    const askedAt = this.#context.options.clock.monotonic();
    this.#renewals += 1;
    try {
      await this.#context.settlements.renew({ token: this.token, leaseMs }, this.#context.timeoutMs);
    } catch (error) {
      // A renewal that comes after the ack finds the lease gone, too.
      if (AgentCommError.is(error, "LEASE_LOST") && !this.#settled) {
        this.#lost = true;
        this.lose(error);
      }
      throw error;
    } finally {
      this.#renewals -= 1;
    }
    this.#leaseMs = leaseMs;
    this.#leaseEnd = askedAt + leaseMs;
    this.#watchLease();
  }

  /** Resolves once no ack, retry or reject is under way. Never rejects: who called it is told what became of it. */
  async settling(): Promise<void> {
    if (this.#ending === undefined) return;
    await new Promise<void>((resolve) => {
      this.#whenEnded ??= [];
      this.#whenEnded.push(resolve);
    });
  }

  /** Fires the signal: the delivery is no longer ours to work on. */
  lose(reason: AgentCommError): void {
    this.#cancelTimer?.();
    this.#controller ??= new AbortController();
    this.#controller.abort(reason);
  }

  #die(reason: DeadLetterReason, detail: string): Promise<void> {
    return this.#end({ kind: "dead", reason, detail });
  }

  #end(action: SettleAction): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#endAndTell(action, { ended: (_delivery, error) => (error === undefined ? resolve() : reject(error)) });
    });
  }

  #endAndTell(action: SettleAction, teller: Teller): void {
    if (this.#settled) {
      const what = `message ${this.message.id} is settled already, by this delivery itself`;
      teller.ended(this, new AgentCommError("LEASE_LOST", what, { outcome: "none" }));
      return;
    }
    this.#settled = true;
    this.#ending = { action, teller };
    const { settlements, timeoutMs } = this.#context;
    settlements.tell({ token: this.token, action }, timeoutMs, this);
  }

  /** For the batch that settles it. */
  done(): void {
    this.#endingIsOver(undefined);
  }

  /** For the batch that settles it. */
  failed(error: AgentCommError): void {
    // What may succeed later may be tried again until the lease is over, and its end is told again.
    if (error.retryable) this.#settled = false;
    this.#endingIsOver(error);
  }

  #endingIsOver(error: AgentCommError | undefined): void {
    const ending = this.#ending;
    this.#ending = undefined;
    this.#watchLease();
    if (ending === undefined) return;
    if (error === undefined) this.#publish(ending.action);
    ending.teller.ended(this, error);
    for (const tell of this.#whenEnded?.splice(0) ?? []) tell();
  }

  #publish(action: SettleAction): void {
    if (action.kind === "ack") publishDiagnostics("message.acked", () => this.#event());
    else if (action.kind === "dead") {
      const { reason: deadReason, detail: reason } = action;
      publishDiagnostics("message.dead", () => ({ ...this.#event(), reason, deadReason }));
    } else if (action.uncounted !== true) {
      const { reason } = action;
      publishDiagnostics("message.retried", () => ({ ...this.#event(), ...(reason === undefined ? {} : { reason }) }));
    }
  }

  /** Sees to it that the signal fires in time, if somebody has looked at it. */
  #watchLease(): void {
    const controller = this.#controller;
    if (controller === undefined) return;
    this.#cancelTimer?.();
    if (this.#settled) return;
    const end = (): void =>
      controller.abort(
        new AgentCommError("LEASE_LOST", `the lease of message ${this.message.id} ends; others may receive it now`),
      );
    const leftMs = this.leaseLeftMs - warningMs(this.#leaseMs);
    if (leftMs > 0) this.#cancelTimer = this.#context.options.clock.timer(leftMs, end);
    else end();
  }

  #event(): DeliveryEvent {
    return {
      transport: this.#context.name,
      agentId: this.agentId,
      message: this.message,
      attempt: this.attempt,
      durationMs: this.#context.options.clock.monotonic() - this.#takenAt,
    };
  }
}

/** What the dead letter of a poison message says: how often it was tried, and why each try failed, where known. */
export function poisonDetail(attempts: number, reasons: readonly string[]): string {
  const known = reasons.length === 0 ? "no receiver gave a reason" : reasons.join("; ");
  return `delivered ${attempts} times without success: ${known}`;
}
