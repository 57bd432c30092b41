import { setImmediate as turn } from "node:timers/promises";
import type { Clock } from "@agentcomm/protocol";

/** A clock that stands still until it is told to go on. */
export interface VirtualClock extends Clock {
  /** Lets time pass, and everything that falls due happen, in its order. */
  advance(ms: number): Promise<void>;
}

export function createVirtualClock(): VirtualClock {
  const timers = new Set<{ readonly dueAt: number; readonly callback: () => void }>();
  let now = 0;
  return {
    now: () => 1_700_000_000_000 + now,
    monotonic: () => now,
    timer(ms, callback) {
      const timer = { dueAt: now + Math.max(ms, 0), callback };
      timers.add(timer);
      return () => void timers.delete(timer);
    },
    async advance(ms) {
      const end = now + ms;
      for (;;) {
        await turn();
        const [next] = [...timers].sort((a, b) => a.dueAt - b.dueAt);
        if (next === undefined || next.dueAt > end) break;
        timers.delete(next);
        now = Math.max(now, next.dueAt);
        next.callback();
      }
      now = end;
      await turn();
    },
  };
}
