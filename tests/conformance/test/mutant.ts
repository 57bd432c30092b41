import type { Mutation } from "./memory-harness.js";

/** A transport that is broken in one way, and the cases of the kit that must notice: these, and no other. */
export interface Mutant {
  readonly name: string;
  /** Makes the mutation anew, with a memory of its own. */
  create(): Mutation;
  readonly caughtBy: readonly string[];
}
