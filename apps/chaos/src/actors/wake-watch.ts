import { type ChildProcess, spawn } from "node:child_process";

/**
 * Sees to it that no actor is left standing still: lets every process that was named to it go on as soon as this process is gone,
 * however it went. The actor then finds its channel closed, and ends. A signal to go on does no harm to a stranger who was given
 * the same pid since.
 */
export class WakeWatch implements Disposable {
  #watcher: ChildProcess | undefined;
  readonly #named = new Set<number>();

  /** Call it before the process is paused. */
  name(pid: number): void {
    if (this.#named.has(pid)) return;
    this.#named.add(pid);
    this.#watcher ??= startWatcher();
    this.#watcher.stdin?.write(`${pid}\n`);
  }

  /** Ends the watching: everybody it could name is gone. */
  [Symbol.dispose](): void {
    this.#watcher?.kill("SIGKILL");
  }
}

function startWatcher(): ChildProcess {
  const script = 'all=; while read -r pid; do all="$all $pid"; done; for pid in $all; do kill -CONT "$pid"; done';
  // A group of its own: Ctrl-C in the terminal must not end it before it has done its work.
  const watcher = spawn("sh", ["-c", script], { stdio: ["pipe", "ignore", "ignore"], detached: true });
  watcher.unref();
  return watcher;
}
