import type { Clock } from "@agentcomm/protocol";

/** What `before` resolves to when the deadline comes first. */
export const LATE: unique symbol = Symbol("late");

/** Resolves or rejects as the promise does, or resolves to LATE at the deadline. */
export function before<T>(promise: Promise<T>, deadline: number, clock: Clock): Promise<T | typeof LATE> {
  return new Promise((resolve, reject) => {
    const cancel = clock.timer(deadline - clock.monotonic(), () => resolve(LATE));
    promise.then(
      (value) => {
        cancel();
        resolve(value);
      },
      (error) => {
        cancel();
        reject(error);
      },
    );
  });
}

/** Resolves after `ms`, and no later than the deadline. */
export function pause(ms: number, deadline: number, clock: Clock): Promise<void> {
  return new Promise((resolve) => {
    clock.timer(Math.min(ms, deadline - clock.monotonic()), resolve);
  });
}
