import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { journalNow } from "../oracle/read-journals.js";
import type { FromActor, Order, ToActor } from "./orders.js";
import type { Usage } from "./usage.js";
import type { WakeWatch } from "./wake-watch.js";

// Built, wherever this file is run from.
const PROGRAM = fileURLToPath(new URL("../../dist/actors/program.js", import.meta.url));

/** A process of the harness's own. */
export interface Actor extends AsyncDisposable {
  readonly pid: number;
  /** Resolves once a sender has sent all; rejects if the process fails or ends before, unless it was told to end. */
  readonly done: Promise<void>;
  /** Resolves when the process is gone, however it ended. */
  readonly ended: Promise<void>;
  /** Stops the process where it stands (SIGSTOP), and lets it go on (SIGCONT). Both return the instant, on the clock of the journals. */
  pause(): number;
  resume(): number;
  /** Ends the process at once (SIGKILL). Resolves to the instant, once it is gone. */
  kill(): Promise<number>;
  /** What it uses at this moment. Never resolves if the process ends: its failure is told elsewhere. */
  measure(): Promise<Usage>;
  /** Asks it to stop in good order, and resolves when it is gone. Rejects if it failed at that, or ended otherwise than in good order. */
  stop(drainMs?: number): Promise<void>;
}

/** What starts an actor besides its order. */
export interface ActorOptions {
  /** Arguments for Node itself. */
  readonly execArgv?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Told of a process before it is paused. */
  readonly wakeWatch: WakeWatch;
  /** Its process may end by itself: what it handles kills it. */
  readonly mayDie?: boolean;
  /** Told once of a failure: the row it belongs to fails. */
  readonly onFailure: (error: Error) => void;
}

/** Starts a process and resolves once it does what it was told to do. */
export async function startActor(order: Order, options: ActorOptions): Promise<Actor> {
  const child = fork(PROGRAM, [], {
    stdio: ["ignore", "ignore", "pipe", "ipc"],
    execArgv: [...(options.execArgv ?? [])],
    env: { ...process.env, ...options.env },
  });
  const running = watch(child, order, options);
  try {
    await running.ready;
    return running.actor;
  } catch (error) {
    await running.actor.kill();
    throw error;
  }
}

function watch(child: ChildProcess, order: Order, { mayDie = false, onFailure, wakeWatch }: ActorOptions) {
  const ready = Promise.withResolvers<void>();
  const done = Promise.withResolvers<void>();
  const ended = Promise.withResolvers<void>();
  let ending = false;
  let isDone = false;
  let errors = "";
  let failure: Error | undefined;
  const fail = (error: Error): void => {
    failure ??= error;
    ready.reject(error);
    done.reject(error);
    if (!ending) onFailure(error);
  };
  // Who waits for neither hears of a failure through onFailure.
  ready.promise.catch(() => undefined);
  done.promise.catch(() => undefined);
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    errors = (errors + text).slice(-4_000);
  });
  child.on("message", (message: FromActor) => {
    if (message.kind === "ready") ready.resolve();
    if (message.kind === "done") isDone = true;
    if (message.kind === "failed") fail(new Error(`the ${order.kind} (pid ${child.pid}) failed: ${message.message}`));
  });
  child.once("error", fail);
  child.once("exit", (code, signal) => {
    const how = signal === null ? `exit code ${code}` : signal;
    if (code !== 0) failure ??= new Error(`the ${order.kind} (pid ${child.pid}) ended with ${how}\n${errors}`);
    ended.resolve();
    ready.reject(new Error(`the ${order.kind} (pid ${child.pid}) ended before it was ready\n${errors}`));
    if (ending || mayDie || (isDone && code === 0)) done.resolve();
    else fail(new Error(`the ${order.kind} (pid ${child.pid}) ended by itself: ${how}\n${errors}`));
  });
  tell(child, { kind: "start", order });
  const pid = child.pid as number;
  const signalled = (signal: NodeJS.Signals): number => {
    child.kill(signal);
    return journalNow();
  };
  const kill = async (): Promise<number> => {
    ending = true;
    const at = signalled("SIGKILL");
    await ended.promise;
    return at;
  };
  const actor: Actor = {
    pid,
    done: done.promise,
    ended: ended.promise,
    pause() {
      wakeWatch.name(pid);
      return signalled("SIGSTOP");
    },
    resume: () => signalled("SIGCONT"),
    kill,
    measure() {
      const { promise, resolve } = Promise.withResolvers<Usage>();
      const listen = (message: FromActor): void => {
        if (message.kind !== "usage") return;
        child.off("message", listen);
        resolve(message.usage);
      };
      child.on("message", listen);
      tell(child, { kind: "measure" });
      return promise;
    },
    async stop(drainMs = 30_000) {
      ending = true;
      tell(child, { kind: "stop", drainMs });
      await ended.promise;
      if (failure !== undefined) throw failure;
    },
    async [Symbol.asyncDispose]() {
      await kill();
    },
  };
  return { actor, ready: ready.promise };
}

function tell(child: ChildProcess, message: ToActor): void {
  // A process that is gone hears nothing more; its exit is told.
  if (child.connected) child.send(message, () => undefined);
}
