import type { Clock, RecordStore } from "@agentcomm/protocol";
import { type ReportTrouble, toAgentCommError } from "@agentcomm/protocol/internal";

/** The collection of the running coordinators: the key is the owner's id, the time to live its lease. */
const COORDINATORS = "coordinators";

interface InstanceRecord {
  readonly coordinatorId: string;
  readonly ownerId: string;
  /** Epoch milliseconds. */
  readonly startedAt: number;
}

/** What knowing the other instances takes. */
export interface InstancesContext {
  readonly coordinatorId: string;
  readonly ownerId: string;
  readonly leaseMs: number;
  readonly records: RecordStore;
  readonly clock: Clock;
  readonly report: ReportTrouble;
  /** Another instance of this coordinator came or went. `gone`: its tasks need somebody. */
  readonly changed: (change: { readonly gone: boolean }) => void;
}

/**
 * The running instances of one coordinator id. Each keeps a record alive; one whose record is gone has died, and the
 * others take its tasks over.
 */
export class Instances {
  readonly #context: InstancesContext;
  readonly #others = new Set<string>();
  readonly #startedAt: number;
  #renewedAt = Number.NEGATIVE_INFINITY;
  #renewing: Promise<void> | undefined;
  #cancelTimer: () => void = () => {};
  #endWatch: () => Promise<void> = async () => {};
  #stopped = false;

  constructor(context: InstancesContext) {
    this.#context = context;
    this.#startedAt = context.clock.now();
  }

  async start(): Promise<void> {
    const { records, coordinatorId, ownerId, changed } = this.#context;
    this.#stopped = false;
    await this.#renew();
    this.#endWatch = await records.watch<InstanceRecord>(COORDINATORS, (event) => {
      if (event.key === ownerId) {
        // Lost while this process slept, or the store was emptied: nobody must think it dead for long.
        if (event.kind !== "put") this.#renewSoon(0);
      } else if (event.kind === "put") {
        if (event.record.value.coordinatorId !== coordinatorId || this.#others.has(event.key)) return;
        this.#others.add(event.key);
        changed({ gone: false });
      } else if (this.#others.delete(event.key)) {
        changed({ gone: true });
      }
    });
  }

  /** Whether there are other instances under this coordinator's id. */
  get hasOthers(): boolean {
    return this.#others.size > 0;
  }

  isAlive(ownerId: string): boolean {
    return ownerId === this.#context.ownerId || this.#others.has(ownerId);
  }

  /** Resolves once this instance's own lease holds; undefined: it does. Whoever writes a task in between would write it for a dead owner. */
  safe(): Promise<void> | undefined {
    const { clock, leaseMs } = this.#context;
    return clock.monotonic() - this.#renewedAt < leaseMs ? undefined : this.#renew();
  }

  /** Gives the lease up, so that others take over at once. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#cancelTimer();
    await this.#endWatch();
    this.#endWatch = async () => {};
    this.#others.clear();
    // A renewal that failed has been reported.
    await this.#renewing?.catch(() => undefined);
    await this.#context.records.delete(COORDINATORS, this.#context.ownerId);
  }

  #renew(): Promise<void> {
    this.#renewing ??= this.#put().finally(() => {
      this.#renewing = undefined;
    });
    return this.#renewing;
  }

  async #put(): Promise<void> {
    const { records, coordinatorId, ownerId, leaseMs, clock } = this.#context;
    const record: InstanceRecord = { coordinatorId, ownerId, startedAt: this.#startedAt };
    // Counted from before the request: the store counts from after it.
    const asked = clock.monotonic();
    try {
      await records.put(COORDINATORS, ownerId, record, { ttlMs: leaseMs });
      this.#renewedAt = asked;
      this.#renewSoon(leaseMs / 3);
    } catch (error) {
      this.#renewSoon(leaseMs / 10);
      throw error;
    }
  }

  #renewSoon(ms: number): void {
    if (this.#stopped) return;
    const { clock, report } = this.#context;
    this.#cancelTimer();
    this.#cancelTimer = clock.timer(ms, () => {
      this.#renew().catch((error: unknown) =>
        report(toAgentCommError(error, "STORE_FAILED", "the coordinator's lease could not be renewed")),
      );
    });
  }
}
