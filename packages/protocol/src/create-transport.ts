import { before, Calls, checkSignal, closedError, turn, untilAborted } from "./calls.js";
import { checkNumber } from "./check-number.js";
import { checkFunction, checkText, checkTexts, readOptions } from "./check-options.js";
import { decodeMessage } from "./codec.js";
import { publishDiagnostics } from "./diagnostics.js";
import type { Driver, StoredDeadLetter } from "./driver.js";
import { AgentCommError } from "./errors.js";
import { checkAgentId, checkTopic } from "./ids.js";
import { Inbox, type InboxContext } from "./inbox.js";
import { invalidOption } from "./invalid-option.js";
import { Outbox } from "./outbox.js";
import { quote } from "./quote.js";
import { RateMeter } from "./rate-meter.js";
import { createRecordStore } from "./record-store.js";
import { RecordWatches } from "./record-watch.js";
import { type ResolvedTransportOptions, resolveTransportOptions } from "./resolve-transport-options.js";
import { Rings } from "./rings.js";
import { Settlements } from "./settlements.js";
import { subscribe } from "./subscribe.js";
import type {
  CallOptions,
  DeadLetter,
  DeadLetterOptions,
  Delivery,
  Durability,
  MailboxOptions,
  MailboxStats,
  SettleAction,
  SubscribeOptions,
  Subscription,
  Transport,
  TransportHealth,
} from "./transport.js";
import type { TransportOptions } from "./transport-options.js";
import { createTroubleReporter, type ReportTrouble, toAgentCommError } from "./trouble.js";

const MAX_CAPACITY = 2 ** 31 - 1;
// Of the timeoutMs that closing may take: what running handlers get, and by when all must be settled or handed back.
const DRAIN_SHARE = 0.8;
const WIND_DOWN_SHARE = 0.9;

/**
 * Makes a driver a transport: adds validation, encoding, limits, lifecycle, waiting, deadlines, back-off, expiry,
 * poison, fan-out and diagnostics, the same for every store. The transport owns the driver and closes it.
 */
export function createTransport(driver: Driver, options: TransportOptions = {}): Transport {
  return new DriverTransport(driver, resolveTransportOptions(options));
}

class DriverTransport implements Transport {
  readonly name: string;
  readonly capabilities;
  readonly records;
  readonly #driver: Driver;
  readonly #options: ResolvedTransportOptions;
  readonly #calls: Calls;
  readonly #report: ReportTrouble;
  readonly #rings: Rings;
  readonly #watches = new RecordWatches();
  readonly #settlements: Settlements;
  readonly #inbox: Inbox;
  readonly #inboxContext: InboxContext;
  readonly #outbox: Outbox;
  readonly #sent: RateMeter;
  readonly #received: RateMeter;
  readonly #subscriptions = new Set<Subscription>();
  #durability: Durability = "memory";
  #closing: Promise<void> | undefined;

  constructor(driver: Driver, options: ResolvedTransportOptions) {
    const { clock, onError, timeoutMs } = options;
    this.name = driver.name;
    this.capabilities = Object.freeze({ ...driver.capabilities });
    this.#driver = driver;
    this.#options = options;
    this.#calls = new Calls(driver, options);
    this.#report = createTroubleReporter(onError, driver.name);
    this.#rings = new Rings(clock);
    this.#sent = new RateMeter(clock);
    this.#received = new RateMeter(clock);
    const shared = { name: driver.name, driver, calls: this.#calls, options, report: this.#report, timeoutMs };
    const checkDelay = (delayMs: number): void => {
      if (delayMs > 0 && !driver.capabilities.delay) {
        throw new AgentCommError("NOT_SUPPORTED", `the ${driver.name} transport cannot delay messages`, {
          outcome: "none",
        });
      }
    };
    this.#settlements = new Settlements(driver, this.#calls, checkDelay);
    this.#inboxContext = {
      ...shared,
      settlements: this.#settlements,
      rings: this.#rings,
      received: this.#received,
      checkDelay,
    };
    this.#inbox = new Inbox(this.#inboxContext);
    this.#outbox = new Outbox({ ...shared, sent: this.#sent, checkDelay });
    this.records = createRecordStore({
      ...shared,
      clock,
      random: options.random,
      limits: options.limits,
      watches: this.#watches,
    });
    driver.onRing((ring) => {
      if ("mailbox" in ring) this.#rings.ring(ring.mailbox);
      else this.#watches.ring(ring.collection);
    });
    driver.onTrouble((error) => this.#report(error));
  }

  async open(): Promise<void> {
    await this.#calls.read("open", undefined, async () => {});
  }

  async openMailbox(agentId: string, given?: MailboxOptions): Promise<void> {
    checkAgentId(agentId, "agentId");
    const options = readOptions(given);
    const { capacity } = options;
    const topics = options.topics === undefined ? undefined : checkTexts("topics", options.topics);
    for (const topic of topics ?? []) checkTopic(topic, "topics");
    if (capacity !== undefined) checkNumber("capacity", capacity, { min: 1, max: MAX_CAPACITY, integer: true });
    const changes = {
      ...(topics === undefined ? {} : { topics: [...new Set(topics)] }),
      ...(capacity === undefined ? {} : { capacity }),
    };
    await this.#calls.run("openMailbox", options, (call) => this.#driver.openMailbox(agentId, changes, call));
    publishDiagnostics("mailbox.opened", () => ({ transport: this.name, agentId, topics: topics ?? [] }));
  }

  async deleteMailbox(agentId: string, given?: CallOptions & { readonly discard?: boolean }): Promise<void> {
    checkAgentId(agentId, "agentId");
    const options = readOptions(given);
    const { discard = false } = options;
    if (typeof discard !== "boolean") throw invalidOption("discard", `is ${quote(discard)}: give true or false`);
    await this.#calls.run("deleteMailbox", options, (call) => this.#driver.deleteMailbox(agentId, { discard }, call));
    // A driver may have forgotten who looks into it: the next look must not be spared.
    this.#rings.doubt(agentId);
    publishDiagnostics("mailbox.deleted", () => ({ transport: this.name, agentId }));
  }

  send: Transport["send"] = (message, options) => this.#outbox.send(message, options);

  sendMany: Transport["sendMany"] = (messages, options) => this.#outbox.sendMany(messages, options);

  receive: Transport["receive"] = (agentId, options) => this.#inbox.receive(agentId, options);

  subscribe(
    agentId: string,
    handler: (delivery: Delivery) => Promise<unknown>,
    options?: SubscribeOptions,
  ): Subscription {
    if (this.#closing !== undefined) throw closedError(this.name, "subscribe");
    checkAgentId(agentId, "agentId");
    checkFunction("handler", handler);
    const subscription = subscribe(this.#inboxContext, this.#inbox, agentId, handler, readOptions(options));
    this.#subscriptions.add(subscription);
    void subscription.closed.then(() => this.#subscriptions.delete(subscription));
    return subscription;
  }

  async settle(token: string, action: SettleAction, given?: CallOptions): Promise<void> {
    this.#calls.enter("settle");
    checkText("token", token);
    const options = readOptions(given);
    const { signal } = options;
    const timeoutMs = this.#calls.timeoutOf(options);
    checkSignal(signal, "settle");
    const settled = this.#settlements.apply(token, readOptions(action, "action"), timeoutMs);
    await (signal === undefined ? settled : untilAborted(settled, "settle", signal));
  }

  async deadLetters(agentId: string, given?: DeadLetterOptions): Promise<DeadLetter[]> {
    checkAgentId(agentId, "agentId");
    const options = readOptions(given);
    const limit = checkNumber("limit", options.limit ?? 100, { min: 1, max: 10_000, integer: true });
    const { after = "" } = options;
    checkText("after", after);
    const stored = await this.#calls.read("deadLetters", options, (call) =>
      this.#driver.deadLetters(agentId, { after, limit }, call),
    );
    return stored.map((letter) => this.#readDeadLetter(letter));
  }

  async redrive(agentId: string, ids?: readonly string[], options?: CallOptions): Promise<number> {
    checkAgentId(agentId, "agentId");
    const named = ids === undefined ? undefined : checkTexts("ids", ids);
    return await this.#calls.run("redrive", readOptions(options), (call) => this.#driver.redrive(agentId, named, call));
  }

  async purgeDeadLetters(agentId: string, ids?: readonly string[], options?: CallOptions): Promise<number> {
    checkAgentId(agentId, "agentId");
    const named = ids === undefined ? undefined : checkTexts("ids", ids);
    return await this.#calls.run("purgeDeadLetters", readOptions(options), (call) =>
      this.#driver.purge(agentId, named, call),
    );
  }

  async stats(options?: CallOptions) {
    const mailboxes = await this.#calls.read("stats", readOptions(options), (call) => this.#driver.stats(call));
    const sum = (of: (mailbox: MailboxStats) => number): number => mailboxes.reduce((total, box) => total + of(box), 0);
    return {
      mailboxes,
      ready: sum((mailbox) => mailbox.ready),
      delayed: sum((mailbox) => mailbox.delayed),
      inFlight: sum((mailbox) => mailbox.inFlight),
      dead: sum((mailbox) => mailbox.dead),
      sent: this.#sent.total,
      received: this.#received.total,
      messagesPerMinute: this.#sent.perMinute() + this.#received.perMinute(),
    };
  }

  async health(given?: CallOptions): Promise<TransportHealth> {
    this.#calls.enter("health");
    const options = readOptions(given);
    try {
      const health = await this.#calls.read("health", options, (call) => this.#driver.health(call));
      this.#durability = health.durability;
      return health;
    } catch (error) {
      const { code, message } = toAgentCommError(error, "STORE_FAILED", "health");
      if (code === "CLOSED" || code === "INVALID_OPTIONS" || code === "ABORTED") throw error;
      return { connected: false, durability: this.#durability, warnings: [message] };
    }
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #close(): Promise<void> {
    const { timeoutMs, clock } = this.#options;
    const deadline = clock.monotonic() + timeoutMs;
    try {
      await before(
        this.#windDown(timeoutMs * DRAIN_SHARE),
        timeoutMs * WIND_DOWN_SHARE,
        "what was under way at close",
        clock,
      );
    } catch (error) {
      // What is still under way ends by its own deadline; it must not keep connections open until then.
      this.#report(toAgentCommError(error, "STORE_FAILED", "close failed"));
    }
    this.#calls.shut();
    this.#rings.ringAll();
    try {
      await before(this.#driver.close({ deadline }), deadline - clock.monotonic(), "close", clock);
    } catch (error) {
      throw toAgentCommError(error, "STORE_FAILED", "close failed", "unknown");
    }
  }

  /** Takes nothing new, and resolves once nothing is under way any more. */
  async #windDown(drainMs: number): Promise<void> {
    // Running handlers may finish what they do, sending their answers included.
    if (this.#subscriptions.size > 0) {
      await Promise.all(Array.from(this.#subscriptions, (subscription) => subscription.stop({ drainMs })));
    }
    this.#calls.refuse();
    this.#rings.ringAll();
    await this.#watches.endAll();
    // What was asked for in this very tick is still being gathered, and goes out at the end of it.
    await turn();
    await this.#calls.settled();
  }

  #readDeadLetter({ id, reason, detail, raw, attempts, deadAt }: StoredDeadLetter): DeadLetter {
    const letter = { id, reason, detail, raw, attempts, deadAt };
    const { message: payload } = raw;
    if (payload === undefined) return letter;
    try {
      return { ...letter, message: decodeMessage(payload, this.#options.limits) };
    } catch {
      // Unreadable is what such a letter is: its bytes are in `raw`, and the reason is in `detail`.
      return letter;
    }
  }
}
