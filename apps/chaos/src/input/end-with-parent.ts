import { Worker } from "node:worker_threads";

/**
 * Kills this process within a second or so after the one of that pid, which must have started it, is gone: also while it is caught
 * in an endless loop. Keeps nothing alive.
 */
export function endWithParent(pid: number): void {
  // Without what this process was started with: a library that is changed is none of its business.
  new Worker(new URL("./parent-watch.js", import.meta.url), { workerData: pid, execArgv: [] }).unref();
}
