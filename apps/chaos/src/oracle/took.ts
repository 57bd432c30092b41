/** How long it was from one instant to another, in milliseconds; both on the clock of the journals. */
export type Took = (fromMs: number, toMs: number) => number;

/** By the clock alone. */
export const byTheClock: Took = (fromMs, toMs) => toMs - fromMs;
