import type { RedisServer } from "@agentcomm/test-redis";

/** A primary and its replica: who has which part at the moment. */
export interface Pair {
  readonly primary: RedisServer;
  readonly replica: RedisServer;
}

/** How a failover is brought about. */
export type FailoverCause = "asked for" | "primary killed" | "primary paused";

/** All of them, in the order in which they take turns. */
export const FAILOVER_CAUSES: readonly FailoverCause[] = ["asked for", "primary killed", "primary paused"];

/** A failover that is over: who has which part now; and from when until when sends may not have succeeded. */
export interface Failover {
  readonly pair: Pair;
  /** On the clock of the journals. */
  readonly fromMs: number;
  readonly toMs: number;
}

/** Longest that a former primary goes on as if it were one, while its clients do not know better. */
export const SPLIT_MS = 1_500;
