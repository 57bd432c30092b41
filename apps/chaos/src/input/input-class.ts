import type { Arbitrary } from "fast-check";

/** What the checks of a class may use. Whatever is left there is removed by who gave it. */
export interface InputEnvironment {
  /** A server that nothing else uses: whatever is stored there is theirs. */
  readonly redisUrl: string;
  /** What every namespace on Redis begins with. */
  readonly namespace: string;
  /** For files. */
  readonly folder: string;
}

/** A class of bad input: what its cases look like, and how they are checked. */
export interface InputClass<Case = unknown> {
  /** Names it in results and in the corpus; `runInput` takes it. */
  readonly name: string;
  /** What must hold, as a claim. */
  readonly title: string;
  /** Its cases. They are plain JSON, so that one that fails can be kept in the corpus: hostile values are built from recipes. */
  readonly cases: Arbitrary<Case>;
  /** Cases that are not left to chance: they come first, whatever the seed. */
  readonly certain?: readonly Case[];
  /** How many cases are checked together. */
  readonly batch: number;
  /** Whether a case is one of the giants, which are few. */
  isGiant?(each: Case): boolean;
  /** Opens what its checks need. */
  open(environment: InputEnvironment): Promise<InputCheck<Case>>;
}

/** Checks cases, between its opening and its end. */
export interface InputCheck<Case = unknown> extends AsyncDisposable {
  /** Rejects with what did not hold. It must give the same answer for one case alone as for the same case among others. */
  check(cases: readonly Case[]): Promise<void>;
}

/** The cases that fast-check gets as examples: like all others they are counted, and named by a path. */
export function examplesOf({ certain = [] }: InputClass): [unknown][] {
  return certain.map((each) => [each]);
}
