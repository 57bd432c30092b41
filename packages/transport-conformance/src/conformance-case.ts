import type { TransportCapabilities } from "@agentcomm/protocol";
import type { PromiseName } from "./promises.js";
import type { Scene } from "./scene.js";

/** One claim about every transport, and how to find out whether it is true of one. */
export interface ConformanceCase {
  /** The claim. Unique. */
  readonly title: string;
  /** The promise that it is part of. */
  readonly promise: PromiseName;
  /** The case applies to transports which declare exactly this. Absent: to all. */
  readonly requires?: Partial<TransportCapabilities>;
  /** The case needs a harness that can break the line to the store. */
  readonly breaksLine?: boolean;
  /** The case measures time, and is not to run beside others. */
  readonly quiet?: boolean;
  /** Resolves if the claim is true; rejects with what was seen instead. */
  run(scene: Scene): Promise<void>;
}

/** The cases of one promise. */
export function casesOf(
  promise: PromiseName,
  cases: readonly Omit<ConformanceCase, "promise">[],
): readonly ConformanceCase[] {
  return cases.map((each) => ({ promise, ...each }));
}
