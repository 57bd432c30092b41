import type { Clock } from "@agentcomm/protocol";
import { AGENTS_COLLECTION } from "@agentcomm/registry";
import type { RecordLog } from "./record-log.js";

/** What the records say of one agent. */
interface Holder {
  readonly sessionId: string;
  /** When its record ends by itself, on the store's clock. */
  readonly until: number;
}

/** Follows who holds an agent's id by what is written, and notes each write that breaks a promise. */
export class RegistrationHistory implements RecordLog {
  readonly wrong: string[] = [];
  readonly #present = new Map<string, Holder>();
  /** Registrations that a newer one has displaced. */
  readonly #displaced = new Set<string>();

  readonly #clock: Clock;
  readonly #offlineAfterMs: number;

  constructor(clock: Clock, offlineAfterMs: number) {
    this.#clock = clock;
    this.#offlineAfterMs = offlineAfterMs;
  }

  put(by: string, collection: string, key: string, value: Uint8Array): void {
    if (collection !== AGENTS_COLLECTION) return;
    const { sessionId } = JSON.parse(Buffer.from(value).toString()) as Holder;
    const before = this.#holderOf(key);
    if (before !== undefined && before.sessionId !== sessionId) {
      this.#displaced.add(before.sessionId);
      if (this.#displaced.has(sessionId)) {
        this.wrong.push(`${by} takes ${key} back for ${sessionId}, which ${before.sessionId} or another had displaced`);
      }
    }
    this.#present.set(key, { sessionId, until: this.#clock.monotonic() + this.#offlineAfterMs });
  }

  delete(by: string, collection: string, key: string): void {
    if (collection !== AGENTS_COLLECTION) return;
    const before = this.#holderOf(key);
    if (before !== undefined && !before.sessionId.startsWith(`${by}-`)) {
      this.wrong.push(`${by} removes the record of ${key}, which ${before.sessionId} holds`);
    }
    this.#present.delete(key);
  }

  sent(): void {}

  /** Undefined also when its time to live is over: whoever held the id may register again then, the displaced ones too. */
  #holderOf(agentId: string): Holder | undefined {
    const holder = this.#present.get(agentId);
    return holder !== undefined && holder.until > this.#clock.monotonic() ? holder : undefined;
  }
}
