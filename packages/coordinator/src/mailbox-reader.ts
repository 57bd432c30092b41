import type { Delivery, Subscription, Transport } from "@agentcomm/protocol";
import { type ReportTrouble, toAgentCommError } from "@agentcomm/protocol/internal";
import type { ProcessOptions } from "./coordinator-options.js";
import type { Incoming } from "./incoming.js";

// Handling a message is a write to the store and little else: so many may be under way at once.
const CONCURRENCY = 512;

/** What reading the mailbox takes. */
export interface MailboxReaderContext {
  readonly id: string;
  readonly leaseMs: number;
  readonly transport: Transport;
  readonly incoming: Incoming;
  readonly report: ReportTrouble;
  /** Told after each message that was handled. */
  readonly handled: () => void;
}

/** Reads a coordinator's mailbox: by itself once subscribed, or when polled. */
export class MailboxReader {
  readonly #context: MailboxReaderContext;
  #subscription: Subscription | undefined;
  #handledSincePoll = 0;

  constructor(context: MailboxReaderContext) {
    this.#context = context;
  }

  /** Reads by itself from now on, and keeps the process alive. */
  subscribe(): void {
    const { id, transport, leaseMs } = this.#context;
    const options = { concurrency: CONCURRENCY, leaseMs };
    this.#subscription ??= transport.subscribe(id, (delivery) => this.#handleSubscribed(delivery), options);
  }

  /** No longer reads by itself. Resolves when what it was handling is handled. */
  async unsubscribe(): Promise<void> {
    const subscription = this.#subscription;
    this.#subscription = undefined;
    await subscription?.stop();
  }

  /** Handles what is there. */
  async poll({ limit = 10, waitMs = 0 }: ProcessOptions): Promise<void> {
    const { id, transport, leaseMs } = this.#context;
    const deliveries = await transport.receive(id, { limit, waitMs, leaseMs });
    await Promise.all(deliveries.map((delivery) => this.#handlePolled(delivery)));
  }

  /** How many messages were handled since this was last asked. */
  takeCount(): number {
    const count = this.#handledSincePoll;
    this.#handledSincePoll = 0;
    return count;
  }

  async #handleSubscribed(delivery: Delivery): Promise<void> {
    const useless = await this.#context.incoming.handle(delivery.message);
    if (useless !== undefined) await delivery.reject(useless);
    this.#count();
  }

  async #handlePolled(delivery: Delivery): Promise<void> {
    const { incoming, report } = this.#context;
    const what = `message ${delivery.message.id}`;
    try {
      const useless = await incoming.handle(delivery.message);
      if (useless === undefined) await delivery.ack();
      else await delivery.reject(useless);
      this.#count();
    } catch (thrown) {
      const error = toAgentCommError(thrown, "STORE_FAILED", `${what} could not be handled`);
      report(error);
      const handBack = error.retryable ? delivery.retry({ reason: error.message }) : delivery.reject(error.message);
      // Not handed back, it is offered again when its lease ends.
      await handBack.catch((failed: unknown) =>
        report(toAgentCommError(failed, "STORE_FAILED", `${what} could not be handed back`)),
      );
    }
  }

  #count(): void {
    this.#handledSincePoll += 1;
    this.#context.handled();
  }
}
