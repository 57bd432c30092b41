import { Connection, type ConnectionOptions, NoReply, type ScriptRunner } from "./connection.js";
import type { Script } from "./scripts/script.js";

/** The script has run, and too few replicas are known to have what it wrote: it counts only once they do. */
export class Unconfirmed extends Error {
  override readonly name = "Unconfirmed";
  /** What the script answered. */
  readonly answer: unknown;
  /** How many replicas have it, of how many that must. */
  readonly confirmed: number;
  readonly replicas: number;

  constructor(answer: unknown, confirmed: number, replicas: number, cause?: Error) {
    super(`${confirmed} of ${replicas} replicas have confirmed`, { cause });
    this.answer = answer;
    this.confirmed = confirmed;
    this.replicas = replicas;
  }
}

/** What scripts that replicas must confirm need. */
interface ReplicatedOptions extends ConnectionOptions {
  /** How many replicas must have what was written; at least 1. */
  readonly replicas: number;
}

/** Longest that one WAIT lasts. What comes meanwhile is sent after it: even without replicas the primary soon has it. */
const WAIT_MS = 100;

interface Asked {
  readonly script: Script;
  readonly key: string;
  readonly args: readonly (string | Buffer)[];
  /** The server does not know its digest. */
  readonly byText: boolean;
  readonly resolve: (answer: unknown) => void;
  readonly reject: (error: Error) => void;
}

/**
 * Runs scripts whose effect counts only once replicas have it. In rounds: what was asked for is written together, with one WAIT
 * right behind it, which covers all that its own connection wrote. The next round begins when that is answered.
 *
 * On a connection of its own: WAIT blocks it, and takes and renewals must get through also while no replica answers.
 */
export class ReplicatedScripts implements ScriptRunner {
  readonly #options: ReplicatedOptions;
  readonly #connection: Connection;
  #asked: Asked[] = [];
  #running = false;
  /** Since when no round was confirmed, on the monotonic clock. */
  #shortSince: number | undefined;

  constructor(options: ReplicatedOptions) {
    this.#options = options;
    this.#connection = new Connection(options);
  }

  get isUp(): boolean {
    return this.#connection.isUp;
  }

  get isClosed(): boolean {
    return this.#connection.isClosed;
  }

  get lastError(): Error | undefined {
    return this.#connection.lastError;
  }

  get peer(): string | undefined {
    return this.#connection.peer;
  }

  start(): void {
    this.#connection.start();
  }

  whenUp(deadline: number): Promise<boolean> {
    return this.#connection.whenUp(deadline);
  }

  reset(reason: Error): void {
    this.#connection.reset(reason);
  }

  close(): void {
    this.#connection.close();
  }

  /** Resolves to the answer once the replicas have what the script wrote. Rejects as Connection.script does, or with Unconfirmed. */
  script(script: Script, key: string, args: readonly (string | Buffer)[]): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.#asked.push({ script, key, args, byText: false, resolve, reject });
      if (this.#running) return;
      this.#running = true;
      // After the present tick, so that what is asked for in it shares a WAIT.
      process.nextTick(() => void this.#runRounds());
    });
  }

  async #runRounds(): Promise<void> {
    while (this.#asked.length > 0) await this.#round(this.#asked.splice(0));
    this.#running = false;
  }

  /** Never rejects. */
  async #round(asked: readonly Asked[]): Promise<void> {
    const connection = this.#connection;
    const { replicas, stallMs } = this.#options;
    const answers = asked.map(({ script, key, args, byText }) =>
      byText
        ? connection.send("eval", [script.text, "1", key, ...args])
        : connection.send("evalsha", [script.sha, "1", key, ...args]),
    );
    // It must end before the connection counts as stalled.
    const waitMs = Math.min(WAIT_MS, Math.floor(stallMs / 4));
    const waiting = connection.send("wait", [String(replicas), String(waitMs)]);
    const [waited, ...settled] = await Promise.allSettled([waiting, ...answers]);
    const confirmed = waited.status === "fulfilled" ? Number(waited.value) : 0;
    const failure = waited.status === "fulfilled" ? undefined : (waited.reason as Error);
    const again: Asked[] = [];
    for (const [index, outcome] of settled.entries()) {
      const each = asked[index] as Asked;
      if (outcome.status === "rejected") {
        const reason = outcome.reason as Error;
        // Nothing ran. Its text goes with the next round: sent now it would be behind the WAIT that is to cover it.
        if (reason.message.startsWith("NOSCRIPT")) again.push({ ...each, byText: true });
        else each.reject(reason);
        // WAIT returns at its time-out too, with whatever number there is.
      } else if (confirmed >= replicas) each.resolve(outcome.value);
      else if (failure instanceof NoReply) each.reject(failure);
      else each.reject(new Unconfirmed(outcome.value, confirmed, replicas, failure));
    }
    this.#asked.unshift(...again);
    this.#weigh(confirmed, failure);
  }

  /** A primary that no replica confirms may have been cut off and replaced: a new connection finds its successor. */
  #weigh(confirmed: number, failure: Error | undefined): void {
    const { replicas, clock, stallMs } = this.#options;
    const refused = failure?.name === "ServerError";
    if (confirmed >= replicas || (failure !== undefined && !refused)) {
      this.#shortSince = undefined;
      return;
    }
    const now = clock.monotonic();
    this.#shortSince ??= now;
    const shortMs = Math.round(now - this.#shortSince);
    if (!refused && shortMs < stallMs / 2) return;
    this.#shortSince = undefined;
    // It refuses, for one, because it is a replica by now.
    this.reset(failure ?? new Error(`only ${confirmed} of ${replicas} replicas have confirmed for ${shortMs} ms`));
  }
}
