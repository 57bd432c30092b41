import { checkFunction, readingOptions } from "./check-options.js";
import type { Clock } from "./clock.js";

/** Throws INVALID_OPTIONS unless the value is a clock. It is not copied: its methods may be those of a class. */
export function checkClock(clock: Clock): Clock {
  const { now, monotonic, timer } = readingOptions("clock", (): Partial<Clock> => {
    const { now, monotonic, timer } = clock;
    return { now, monotonic, timer };
  });
  checkFunction("clock.now", now);
  checkFunction("clock.monotonic", monotonic);
  checkFunction("clock.timer", timer);
  return clock;
}
