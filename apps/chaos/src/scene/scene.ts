import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type RedisOptions, type RedisServer, startRedis } from "@agentcomm/test-redis";
import { type Actor, startActor } from "../actors/actor.js";
import type { Order, ReceiverOrder, SenderOrder, TransportOrder } from "../actors/orders.js";
import { WakeWatch } from "../actors/wake-watch.js";
import { type Account, checkJournals, type Interruption } from "../oracle/check-journals.js";
import { countWaiting } from "../oracle/count-waiting.js";
import { readStore, type StoreAddress } from "../oracle/raw-store.js";
import type { Took } from "../oracle/took.js";
import { createRandom } from "./random.js";
import { Stopwatch } from "./stopwatch.js";

/** What a scene is made of. */
export interface SceneOptions {
  readonly seed: number;
  /** 1: the load that RELIABILITY.md asks for. */
  readonly scale: number;
  /** Ends the row. */
  readonly signal: AbortSignal;
  /** Told what goes on. */
  readonly say: (text: string) => void;
  /** Arguments for Node in every actor: with them a mutant is made. */
  readonly execArgv?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Mailboxes that get no emptier for so long are stuck, and waiting for them ends. Left out: they get all the time that a row gives them. */
  readonly stuckAfterMs?: number;
  /** Where faults are counted; left out: in an account of its own. */
  readonly faults?: Record<string, number>;
  /** Measures what things took; left out: with a stopwatch of its own. */
  readonly took?: Took;
}

type Given<Options extends Order, Defaults extends keyof Options> = Omit<Options, "kind" | "dir" | Defaults> &
  Partial<Pick<Options, Defaults>>;
/** A sender's order, as a row gives it. */
export type SenderPlan = Given<SenderOrder, "sender" | "seed" | "window" | "onFailure">;
/** A receiver's order, as a row gives it. */
export type ReceiverPlan = Given<ReceiverOrder, "concurrency" | "acks" | "leaseMs"> & { readonly mayDie?: boolean };
/** The order of a process of any kind, as a row gives it. */
export type ActorPlan = WithoutDir<Order>;
type WithoutDir<Each> = Each extends Order ? Omit<Each, "dir"> : never;

/**
 * Where a row takes place: its journals, its servers, its processes, its faults. What it opened it closes when it is disposed of,
 * processes and servers by their pid.
 */
export class Scene implements AsyncDisposable {
  readonly seed: number;
  readonly scale: number;
  readonly random: () => number;
  readonly say: (text: string) => void;
  /** Sets the row's keys apart. */
  readonly namespace = `chaos-${randomBytes(4).toString("hex")}`;
  /** How often each fault was injected, by its name. */
  readonly faults: Record<string, number>;
  /** Receivers that were stopped in the middle of their work. */
  readonly interruptions: Interruption[] = [];
  /** The folder of the journals. */
  readonly dir: string;
  /** Ends the row. */
  readonly signal: AbortSignal;
  /** What every process that uses the library is started with: a mutant is made by it. */
  readonly started: Pick<SceneOptions, "execArgv" | "env">;
  /** How long things took, less the time that the machine did not let the harness run: for all that a row judges by the time it took. */
  readonly took: Took;
  readonly #stuckAfterMs: number;
  readonly #owned: AsyncDisposable[] = [];
  readonly #broken = Promise.withResolvers<never>();
  readonly #wakeWatch = new WakeWatch();
  #senders = 0;
  #receivers = 0;
  #parts = 0;
  #over = false;

  constructor(dir: string, options: SceneOptions) {
    this.dir = dir;
    this.seed = options.seed;
    this.scale = options.scale;
    this.random = createRandom(options.seed);
    this.say = options.say;
    this.signal = options.signal;
    this.#stuckAfterMs = options.stuckAfterMs ?? Number.POSITIVE_INFINITY;
    this.started = {
      ...(options.execArgv === undefined ? {} : { execArgv: options.execArgv }),
      ...(options.env === undefined ? {} : { env: options.env }),
    };
    this.faults = options.faults ?? {};
    this.took = options.took ?? this.own(new Stopwatch()).took;
    // Whoever waits at that moment is told; if nobody does, the next one is.
    this.#broken.promise.catch(() => undefined);
    const abort = (): void => this.#broken.reject(options.signal.reason);
    if (options.signal.aborted) abort();
    else options.signal.addEventListener("abort", abort, { once: true });
  }

  /** So much of `count` as the scale says, but no less than `least`. */
  scaled(count: number, least = 1): number {
    return Math.max(Math.round(count * this.scale), least);
  }

  /** A whole number from `from` to `to`, both included. */
  between(from: number, to: number): number {
    return from + Math.floor(this.random() * (to - from + 1));
  }

  fault(name: string, times = 1): void {
    this.faults[name] = (this.faults[name] ?? 0) + times;
  }

  /** Closes it with the scene: the last one first; at once, if the scene is over already. */
  own<Thing extends AsyncDisposable>(thing: Thing): Thing {
    this.#owned.push(thing);
    if (this.#over) void this[Symbol.asyncDispose]();
    return thing;
  }

  /**
   * A scene inside this one, for a part of the row: it has journals, keys, an account and random numbers of its own. Its faults count
   * here; it is closed with this one.
   */
  async part(): Promise<Scene> {
    this.#parts += 1;
    const { scale, signal, say, faults, started, took } = this;
    const seed = this.seed + this.#parts;
    const stuckAfterMs = this.#stuckAfterMs;
    return this.own(await openScene({ seed, scale, signal, say, faults, stuckAfterMs, took, ...started }));
  }

  /** Starts a server of the row's own. */
  async redis(options?: RedisOptions): Promise<RedisServer> {
    return this.own(await startRedis(options));
  }

  async sender(plan: SenderPlan): Promise<Actor> {
    this.#senders += 1;
    const order: SenderOrder = {
      sender: this.#senders,
      seed: this.seed,
      window: 200,
      onFailure: "leave",
      ...plan,
      kind: "sender",
      dir: this.dir,
    };
    return await this.#actor(order);
  }

  /** Unless the plan says who acks, it is in every other receiver the handler, which writes down what came of it. */
  async receiver({ mayDie = false, ...plan }: ReceiverPlan): Promise<Actor> {
    this.#receivers += 1;
    const order: ReceiverOrder = {
      concurrency: 50,
      leaseMs: 5_000,
      acks: this.#receivers % 2 === 0 ? "handler" : "subscription",
      ...plan,
      kind: "receiver",
      dir: this.dir,
    };
    return await this.#actor(order, mayDie);
  }

  /** Starts a process that makes every call but sends and settlements. */
  async caller(transport: TransportOrder): Promise<Actor> {
    return await this.#actor({ kind: "caller", dir: this.dir, transport });
  }

  /** A process of any kind. */
  async actor(plan: ActorPlan, mayDie = false): Promise<Actor> {
    return await this.#actor({ ...plan, dir: this.dir }, mayDie);
  }

  async #actor(order: Order, mayDie = false): Promise<Actor> {
    const starting = startActor(order, {
      mayDie,
      ...this.started,
      wakeWatch: this.#wakeWatch,
      onFailure: (error) => this.#broken.reject(error),
    });
    return this.own(await starting);
  }

  /** Kills a receiver, and takes note of when. */
  async kill(actor: Actor, name = "receiver killed"): Promise<void> {
    this.fault(name);
    const atMs = await actor.kill();
    this.interruptions.push({ pid: actor.pid, atMs });
  }

  /** Stops processes in good order, all at the same time. Rejects if one of them fails at that. */
  async stop(actors: readonly Actor[], drainMs?: number): Promise<void> {
    await this.until(Promise.all(actors.map((actor) => actor.stop(drainMs))));
  }

  /** The promise's own end; rejects before it if a process of the row fails or the row is aborted. */
  async until<Value>(promise: Promise<Value>): Promise<Value> {
    return await Promise.race([promise, this.#broken.promise]);
  }

  /** Lets time pass: the time between two faults. */
  async pass(ms: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    try {
      await this.until(
        new Promise<void>((resume) => {
          timer = setTimeout(resume, ms);
        }),
      );
    } finally {
      clearTimeout(timer);
    }
  }

  /** Does something again and again until `end` is settled; the first time after `everyMs`. */
  async whilst(end: Promise<unknown>, everyMs: () => number, act: () => Promise<void>): Promise<void> {
    let over = false;
    const settled = end.then(
      () => {
        over = true;
      },
      () => {
        over = true;
      },
    );
    while (!over) {
      await this.until(Promise.race([settled, this.pass(everyMs())]));
      if (!over) await act();
    }
  }

  /** Asks until the answer is yes. Resolves to whether it was, within `withinMs`. */
  async becomes(withinMs: number, holds: () => Promise<boolean>): Promise<boolean> {
    const end = performance.now() + withinMs;
    for (;;) {
      if (await this.until(holds())) return true;
      if (performance.now() > end) return false;
      await this.pass(50);
    }
  }

  /**
   * Resolves to whether the mailboxes got empty, every message handled or dead; or down to `left` messages. That may take as long as
   * there get to be fewer; it is given up once there have not for `stuckAfterMs`. Rejects if the store cannot be asked.
   */
  async drained(nodes: readonly StoreAddress[], stuckAfterMs: number, left = 0): Promise<boolean> {
    const patienceMs = Math.min(stuckAfterMs, this.#stuckAfterMs);
    let fewest = Number.POSITIVE_INFINITY;
    let fewestAtMs = performance.now();
    for (;;) {
      const waiting = await this.until(countWaiting(nodes, this.namespace));
      this.say(`${waiting} messages left`);
      if (waiting <= left) return true;
      if (waiting < fewest) fewestAtMs = performance.now();
      fewest = Math.min(fewest, waiting);
      if (performance.now() - fewestAtMs > patienceMs) return false;
      await this.pass(50);
    }
  }

  /** What the journals and the store say, held against each other. End the row's actors first. */
  async account(nodes: readonly StoreAddress[]): Promise<Account> {
    this.say("checking the journals");
    const store = await this.until(readStore(nodes, this.namespace));
    return await checkJournals(this.dir, store, { interruptions: this.interruptions, took: this.took });
  }

  /** How actors reach a server. */
  transport(url: string, options: Omit<TransportOrder, "namespace" | "url"> = {}): TransportOrder {
    return { url, namespace: this.namespace, ...options };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#over = true;
    const failures: unknown[] = [];
    for (let thing = this.#owned.pop(); thing !== undefined; thing = this.#owned.pop()) {
      try {
        await thing[Symbol.asyncDispose]();
      } catch (error) {
        // What comes after it must be closed all the same.
        failures.push(error);
      }
    }
    this.#wakeWatch[Symbol.dispose]();
    await rm(this.dir, { recursive: true, force: true });
    if (failures.length > 0) throw new AggregateError(failures, "the row did not close all that it opened");
  }
}

/** Opens a scene with an empty folder for its journals. */
export async function openScene(options: SceneOptions): Promise<Scene> {
  return new Scene(await mkdtemp(join(tmpdir(), "agentcomm-chaos-")), options);
}
