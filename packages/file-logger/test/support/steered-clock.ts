import { type Clock, systemClock } from "@agentcomm/protocol";

/** A clock whose calendar a test sets. Timers run on real time, the monotonic clock by hand. */
export interface SteeredClock extends Clock {
  set(instant: string): void;
  /** Moves the monotonic clock. */
  pass(ms: number): void;
}

export function createSteeredClock(instant: string): SteeredClock {
  let now = Date.parse(instant);
  let monotonic = 0;
  return {
    now: () => now,
    monotonic: () => monotonic,
    timer: systemClock.timer,
    set: (to) => {
      now = Date.parse(to);
    },
    pass: (ms) => {
      monotonic += ms;
    },
  };
}
