import type { AgentCommError, Clock } from "@agentcomm/protocol";
import type { Awake } from "./awake.js";
import { NoReply, NotSent, type ScriptRunner } from "./connection.js";
import { before, LATE, pause } from "./deadline.js";
import type { Keys } from "./keys.js";
import { Unconfirmed } from "./replicated-scripts.js";
import type { Script } from "./scripts/script.js";
import { connectionLost, judge, notReplicated, storageFull, storeFailed, timedOut } from "./store-errors.js";
import type { StoreNode } from "./store-node.js";
import type { Topology } from "./topology.js";

/** How far a run has come, for who looks before it has settled. */
export interface Progress {
  /** Whether it may have run. */
  maybe: boolean;
  /** It has run, and its replicas lack it so far. */
  unconfirmed?: Unconfirmed;
}

/** How a script is run. */
export interface RunOptions {
  /** On the monotonic clock. The run settles by then. */
  readonly deadline: number;
  /** It may be sent again after its answer was lost: it changes nothing the second time. */
  readonly repeatable: boolean;
  /** Wait for room when memory or disk is full, rather than fail at once. */
  readonly waitsForRoom?: boolean;
  /** It counts only once as many replicas have it as the driver asks for. */
  readonly durable?: boolean;
  /** Kept up to date. */
  readonly progress?: Progress;
  /** Called right after the script was written, each time that it is: for what must follow it on the same connection. */
  readonly beside?: (node: StoreNode) => void;
  /** Nobody waits for it: it must not keep the process alive. */
  readonly background?: boolean;
}

/** What all routes of a driver share. */
export interface RouteContext {
  readonly keys: Keys;
  readonly topology: Topology;
  readonly clock: Clock;
  readonly awake: Awake;
}

/** Arguments of a script, made anew each time that it is sent; `node` is where it goes. */
export type ScriptArgs = (node: StoreNode) => readonly (string | Buffer)[];

const PAUSE_MS = 50;
/** A node that is down may be replaced by another while one waits for it. */
const LOOK_AGAIN_MS = 250;

/** The way to the shards that one script can reach together: all of them on one server, a single one on a Cluster. */
export class Route {
  readonly shards: readonly number[];
  readonly home: string;
  readonly #shard: number;
  readonly #topology: Topology;
  readonly #clock: Clock;
  readonly #awake: Awake;

  constructor(shards: readonly number[], { keys, topology, clock, awake }: RouteContext) {
    this.shards = shards;
    this.#shard = shards[0] as number;
    this.home = keys.home(this.#shard);
    this.#topology = topology;
    this.#clock = clock;
    this.#awake = awake;
  }

  /** The node that serves it now, if that is known. */
  get node(): StoreNode | undefined {
    return this.#topology.nodeOf(this.#shard);
  }

  /**
   * Runs a script and resolves to its answer. Waits for a connection, follows a shard to its new node, waits out what passes.
   * Rejects by the deadline, with CONNECTION_LOST, TIMEOUT, STORAGE_FULL or STORE_FAILED and the outcome.
   */
  async run(script: Script, args: ScriptArgs, options: RunOptions): Promise<unknown> {
    const { progress = { maybe: false } } = options;
    const answer = await before(this.runToEnd(script, args, { ...options, progress }), options.deadline, this.#clock);
    if (answer === LATE) throw this.tooLate(progress);
    return answer;
  }

  /** What a call is told whose deadline comes before its answer. */
  tooLate(progress: Readonly<Progress>, cause?: Error): AgentCommError {
    const outcome = progress.maybe ? "unknown" : "none";
    const { node } = this;
    if (node?.commands.isUp !== true) return connectionLost(outcome, this.#topology.lastError ?? cause);
    if (progress.unconfirmed !== undefined) return notReplicated(progress.unconfirmed);
    if (cause === undefined) return timedOut(outcome);
    return judge(cause.message).kind === "full" ? storageFull(outcome, cause) : connectionLost(outcome, cause);
  }

  /**
   * As `run`, for who watches the deadline himself: tries nothing more after it, yet ends only when what was sent is answered,
   * or the connection given up.
   */
  runToEnd(script: Script, args: ScriptArgs, options: RunOptions): Promise<unknown> {
    const run = this.#run(script, args, options);
    return options.background === true ? run : this.keepAwake(run);
  }

  /** Keeps the process alive until the work is done. */
  keepAwake<T>(work: Promise<T>): Promise<T> {
    return this.#awake.during(work);
  }

  async #run(script: Script, args: ScriptArgs, options: RunOptions): Promise<unknown> {
    const { deadline, repeatable, beside, waitsForRoom = false, durable = false } = options;
    const progress: Progress = options.progress ?? { maybe: false };
    let cause: Error | undefined;
    const outcome = () => (progress.maybe ? ("unknown" as const) : ("none" as const));
    for (;;) {
      const node = await this.#nodeWhenUp(deadline, durable);
      if (node === undefined) throw this.tooLate(progress, cause);
      const runner = durable ? node.durable : node.commands;
      const earlier = progress.maybe;
      // Before it counts as sent: what it says may depend on whether it may have run.
      const words = args(node);
      progress.maybe = true;
      try {
        const answering = runner.script(script, this.home, words);
        beside?.(node);
        return await answering;
      } catch (error) {
        cause = error as Error;
        // Refused or not sent: this time it has certainly not run.
        if (error instanceof Unconfirmed) progress.unconfirmed = error;
        else if (!(error instanceof NoReply)) progress.maybe = earlier;
        else if (!repeatable) throw connectionLost("unknown", cause);
        // A pause in any case: a connection that fails at once must not keep the event loop to itself.
        if (error instanceof NoReply || error instanceof NotSent || error instanceof Unconfirmed) {
          await pause(PAUSE_MS / 10, deadline, this.#clock);
        } else await this.#weigh(runner, cause, waitsForRoom, deadline, outcome());
        if (this.#clock.monotonic() >= deadline) throw this.tooLate(progress, cause);
      }
    }
  }

  /** Returns when it is worth trying again; throws when it is not. */
  async #weigh(
    runner: ScriptRunner,
    refusal: Error,
    waitsForRoom: boolean,
    deadline: number,
    outcome: "none" | "unknown",
  ): Promise<void> {
    const verdict = judge(refusal.message);
    if (verdict.kind === "moved") this.#topology.moved(this.#shard, verdict.address);
    if (verdict.kind === "refused") throw storeFailed(outcome, refusal.message);
    if (verdict.kind === "full" && !waitsForRoom) throw storageFull(outcome, refusal);
    if (verdict.kind === "again") {
      if (verdict.reset) runner.reset(refusal);
      this.#topology.doubt();
    }
    await pause(PAUSE_MS, deadline, this.#clock);
  }

  async #nodeWhenUp(deadline: number, durable: boolean): Promise<StoreNode | undefined> {
    for (;;) {
      const { node } = this;
      const runner = durable ? node?.durable : node?.commands;
      const now = this.#clock.monotonic();
      // Nothing is sent after the deadline: who asked for it may have been told that nothing was stored.
      if (runner?.isUp === true && now < deadline) return node;
      if (now >= deadline || runner?.isClosed === true) return undefined;
      const until = this.#topology.single ? deadline : Math.min(deadline, now + LOOK_AGAIN_MS);
      if (runner === undefined) await pause(LOOK_AGAIN_MS / 10, until, this.#clock);
      else await runner.whenUp(until);
    }
  }
}
