import type { Scene } from "../scene/scene.js";

/** What a row needs of the machine beyond Redis. */
export type Need = "gcc" | "strace" | "tmpfs";

/** One claim of a row, and what was measured for it. */
export interface Check {
  /** In words: "accepted messages lost". */
  readonly claim: string;
  readonly measured: number | string;
  /** In words: "0", "≤ 6,000 ms". */
  readonly allowed: string;
  readonly holds: boolean;
  /** It shows that the fault and the load were there, and says nothing of the library. */
  readonly isLoad?: true;
}

/** What a row found. */
export interface RowOutcome {
  /** What was done, with its real numbers: "1,000,000 messages, 8 receivers". */
  readonly load: string;
  /** Null: not the row's subject. */
  readonly lost: number | null;
  readonly duplicates: number | null;
  readonly worstRecoveryMs: number | null;
  readonly checks: readonly Check[];
  /** Set where loss lies in the nature of what is measured: what was measured, in words. It is published, not judged. */
  readonly limit?: string;
}

/** A fault, the load it meets, and what must hold. */
export interface Row {
  /** "F1" to "F22". */
  readonly id: string;
  /** The fault. */
  readonly title: string;
  /** What must hold. */
  readonly invariant: string;
  readonly needs?: readonly Need[];
  /** The least scale at which the row still breaks something worth the name; tests run it at this one. */
  readonly testScale: number;
  /** Does it, and resolves to what was found. A claim that does not hold is no rejection: that is a result. */
  run(scene: Scene): Promise<RowOutcome>;
}
