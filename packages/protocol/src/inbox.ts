import { abortedError, type Calls, turn } from "./calls.js";
import { checkNumber } from "./check-number.js";
import { readOptions } from "./check-options.js";
import { decodeMessage } from "./codec.js";
import { diagnosticsChannel, publishDiagnostics } from "./diagnostics.js";
import type { Driver, TakenEntry, TakeResult } from "./driver.js";
import { AgentCommError } from "./errors.js";
import { checkAgentId } from "./ids.js";
import { LeasedDelivery, poisonDetail } from "./leased-delivery.js";
import type { AgentMessage } from "./message.js";
import type { RateMeter } from "./rate-meter.js";
import { LONGEST_MS, type ResolvedTransportOptions } from "./resolve-transport-options.js";
import type { Listening, Rings } from "./rings.js";
import type { Settlements } from "./settlements.js";
import { parseTimestamp } from "./timestamp.js";
import type { CallOptions, DeadLetterReason, ReceiveOptions } from "./transport.js";
import type { ReportTrouble } from "./trouble.js";

// A driver that says "due now" and then hands nothing out must not be asked in a hot loop.
const SHORTEST_WAIT_MS = 5;
/** Who waits and is not rung looks again after this time: for what a stranger put into the store without ringing. */
const LONGEST_WAIT_MS = 30_000;

/** What receiving needs. */
export interface InboxContext {
  readonly name: string;
  readonly driver: Driver;
  readonly calls: Calls;
  readonly options: ResolvedTransportOptions;
  readonly settlements: Settlements;
  readonly rings: Rings;
  readonly report: ReportTrouble;
  readonly received: RateMeter;
  /** Bounds each settle. */
  readonly timeoutMs: number;
  /** Throws NOT_SUPPORTED if the driver cannot delay. */
  checkDelay(delayMs: number): void;
}

/** How a mailbox is looked into: as ReceiveOptions say, filled in. */
interface Look {
  readonly limit: number;
  readonly waitMs: number;
  readonly leaseMs: number;
}

/** What is known of a mailbox from one look to the next. */
export interface Outlook {
  readonly agentId: string;
  readonly listening: Listening;
  /** There was nothing left to take, and is nothing for as long as nobody rings, up to this instant on the monotonic clock. */
  empty: { readonly heard: number; readonly until: number } | undefined;
}

function isEmpty({ empty, listening }: Outlook, now: number): boolean {
  return empty !== undefined && empty.heard === listening.count && empty.until > now;
}

/** Hands messages out: takes entries, decodes them, sorts out what must not be handled, waits where there is nothing. */
export class Inbox {
  readonly #context: InboxContext;

  constructor(context: InboxContext) {
    this.#context = context;
  }

  /** What `Transport.receive` promises. */
  async receive(agentId: string, given?: ReceiveOptions): Promise<LeasedDelivery[]> {
    this.#context.calls.enter("receive");
    checkAgentId(agentId, "agentId");
    const options = readOptions(given);
    const { signal } = options;
    const look = {
      limit: checkNumber("limit", options.limit ?? 10, { min: 1, max: 10_000, integer: true }),
      waitMs: checkNumber("waitMs", options.waitMs ?? 0, { min: 0, max: LONGEST_MS }),
      leaseMs: checkNumber("leaseMs", options.leaseMs ?? 30_000, { min: 1, max: LONGEST_MS }),
    };
    const outlook = this.outlook(agentId);
    const leave = (): void => outlook.listening.leave();
    signal?.addEventListener("abort", leave, { once: true });
    const deliveries = await this.look(outlook, look, options).finally(() => {
      signal?.removeEventListener("abort", leave);
      outlook.listening.end();
    });
    this.handedOut(deliveries);
    if (deliveries.length === 0 && signal?.aborted === true) throw abortedError("receive", "none", signal.reason);
    return deliveries;
  }

  /** For one who is going to look. The caller ends its listening. */
  outlook(agentId: string): Outlook {
    return { agentId, listening: this.#context.rings.listen(agentId), empty: undefined };
  }

  /**
   * Looks into the mailbox until there is something to hand out, the time is over, or the listening is left. That ends the waiting
   * only: a take that is under way may bring something, which must then be handed out, and told to `handedOut`, or back.
   */
  async look(outlook: Outlook, look: Look, options: CallOptions): Promise<LeasedDelivery[]> {
    const { calls } = this.#context;
    const { clock } = this.#context.options;
    const { signal } = options;
    const { agentId, listening } = outlook;
    const timeoutMs = calls.timeoutOf(options);
    const end = clock.monotonic() + look.waitMs;
    const deadline = end + timeoutMs;
    for (;;) {
      const askedAt = clock.monotonic();
      calls.enter("receive");
      if (!isEmpty(outlook, askedAt)) {
        const heard = listening.count;
        const taken = await this.#take(agentId, look, Math.min(timeoutMs, deadline - askedAt), signal);
        const { entries, drained = false, nextDueInMs = LONGEST_WAIT_MS } = taken;
        const waitMs = Math.min(Math.max(nextDueInMs, SHORTEST_WAIT_MS), LONGEST_WAIT_MS);
        const nothingLeft = drained || entries.length === 0;
        outlook.empty = nothingLeft ? { heard, until: clock.monotonic() + waitMs } : undefined;
        const deliveries = await this.#sift(agentId, entries, look.leaseMs, askedAt, deadline);
        if (deliveries.length > 0 || listening.over) return deliveries;
        // Nothing but dead entries: there may be something behind them. The last look gets half of timeoutMs at least.
        if (entries.length > 0 && end - clock.monotonic() > -timeoutMs / 2) continue;
      }
      const now = clock.monotonic();
      if (end <= now) {
        await turn();
        return [];
      }
      const { empty } = outlook;
      if (empty !== undefined) await listening.wait(empty.heard, Math.min(end, empty.until) - now);
      if (listening.over) return [];
    }
  }

  /** Somebody is given these to handle: only that counts as received. */
  handedOut(deliveries: readonly LeasedDelivery[]): void {
    const { name, received } = this.#context;
    received.add(deliveries.length);
    if (!diagnosticsChannel("message.received").hasSubscribers) return;
    for (const { agentId, message, attempt } of deliveries) {
      publishDiagnostics("message.received", () => ({ transport: name, agentId, message, attempt }));
    }
  }

  #take(
    agentId: string,
    { limit, leaseMs }: Look,
    timeoutMs: number,
    signal: AbortSignal | undefined,
  ): Promise<TakeResult> {
    const { calls, driver } = this.#context;
    return calls.perform("receive", timeoutMs, (call) => driver.take(agentId, { limit, leaseMs }, call), {
      signal,
      abandoned: (tooLate) => this.#handBack(agentId, tooLate.entries),
    });
  }

  /** Nobody waits for these any more: they are offered again at once instead of when their lease ends. */
  async #handBack(agentId: string, entries: readonly TakenEntry[]): Promise<void> {
    const { settlements, report, timeoutMs } = this.#context;
    const action = { kind: "retry", delayMs: 0, uncounted: true } as const;
    await Promise.all(
      entries.map(({ token }) =>
        settlements.settle({ token, action }, timeoutMs).catch((error: AgentCommError) => {
          if (!AgentCommError.is(error, "CLOSED")) report(error, { agentId });
        }),
      ),
    );
  }

  /** Decodes; moves what is unreadable, expired or poison to the dead letters. */
  async #sift(
    agentId: string,
    entries: readonly TakenEntry[],
    leaseMs: number,
    askedAt: number,
    deadline: number,
  ): Promise<LeasedDelivery[]> {
    const deliveries: LeasedDelivery[] = [];
    const dead: [TakenEntry, Burial][] = [];
    for (const entry of entries) {
      const decoded = this.#decode(entry);
      if ("deadReason" in decoded) {
        dead.push([entry, decoded]);
        continue;
      }
      deliveries.push(new LeasedDelivery(this.#context, agentId, decoded.message, entry, leaseMs, askedAt));
    }
    if (dead.length > 0) {
      const timeoutMs = Math.max(deadline - this.#context.options.clock.monotonic(), 1);
      await Promise.all(dead.map(([entry, burial]) => this.#bury(agentId, entry, burial, timeoutMs)));
    }
    return deliveries;
  }

  #decode(entry: TakenEntry): { message: AgentMessage } | Burial {
    if (entry.damaged !== undefined) return { deadReason: "unreadable", detail: entry.damaged };
    if (entry.payload === undefined) return { deadReason: "unreadable", detail: "the entry has no field message" };
    const { limits, maxDeliveries, clock } = this.#context.options;
    let message: AgentMessage;
    try {
      message = decodeMessage(entry.payload, limits);
    } catch (error) {
      return { deadReason: "unreadable", detail: (error as Error).message };
    }
    if (message.expiresAt !== undefined && parseTimestamp(message.expiresAt) <= clock.now()) {
      return { deadReason: "expired", detail: `expired at ${message.expiresAt}`, message };
    }
    if (entry.attempt > maxDeliveries) {
      return { deadReason: "poison", detail: poisonDetail(entry.attempt - 1, entry.reasons ?? []), message };
    }
    return { message };
  }

  async #bury(agentId: string, entry: TakenEntry, burial: Burial, timeoutMs: number): Promise<void> {
    const { settlements, report, name } = this.#context;
    const { deadReason, detail, message } = burial;
    try {
      await settlements.settle({ token: entry.token, action: { kind: "dead", reason: deadReason, detail } }, timeoutMs);
    } catch (error) {
      // It stays leased, is offered again, and will be buried then.
      report(error as AgentCommError, { agentId });
      return;
    }
    publishDiagnostics("message.dead", () => ({
      transport: name,
      agentId,
      attempt: entry.attempt,
      reason: detail,
      deadReason,
      ...(message === undefined ? {} : { message }),
    }));
  }
}

interface Burial {
  readonly deadReason: DeadLetterReason;
  readonly detail: string;
  readonly message?: AgentMessage;
}
