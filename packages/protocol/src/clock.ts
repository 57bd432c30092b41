/** Time, as everything in AgentComm sees it. Inject another one where a test or a replay must own it. */
export interface Clock {
  /** Epoch milliseconds, as people and other machines see it. May jump. */
  now(): number;
  /** Milliseconds since some fixed instant. Never jumps; every deadline is measured on it. */
  monotonic(): number;
  /**
   * Runs `callback` once, `ms` from now, and returns what cancels it. It does not keep the process alive unless
   * `keepAlive` is set.
   */
  timer(ms: number, callback: () => void, options?: { readonly keepAlive?: boolean }): () => void;
}

// Node runs a timer with a longer delay at once, with a warning.
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** The machine's own clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  timer(ms, callback, options) {
    const handle = setTimeout(callback, Math.min(Math.max(ms, 0), LONGEST_TIMER_MS));
    if (options?.keepAlive !== true) handle.unref();
    return () => clearTimeout(handle);
  },
};
