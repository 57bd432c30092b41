import type { Priority } from "@agentcomm/protocol";

/** The letter of a priority in keys and tokens. */
export const LANES: Readonly<Record<Priority, Lane>> = { critical: "c", high: "h", medium: "m", low: "l" };

/** A mailbox has one stream for each. */
export type Lane = "c" | "h" | "m" | "l";
