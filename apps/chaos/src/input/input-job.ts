import type { InputEnvironment } from "./input-class.js";

/** What the process that checks a class is told. */
export interface InputJob {
  readonly class: string;
  readonly seed: number;
  /** The first case, counted from 0, and how many. */
  readonly from: number;
  readonly cases: number;
  /** Each case by itself: to find the one that ends the process. */
  readonly oneByOne: boolean;
  /** Whether the corpus is checked first. */
  readonly corpus: boolean;
  readonly environment: InputEnvironment;
}

/**
 * Something that did not hold. With fast-check, class, `seed` and `path` make the same case again. To have it tried by every run, put it
 * into a file of the corpus (corpus.ts says what stands there): `counterexample` is its `case`.
 */
export interface InputFailure {
  readonly message: string;
  readonly seed: number;
  /** fast-check's path to the case; `corpus/<file>` for one of the corpus; in words where it is laid to no case. */
  readonly path: string;
  /** The smallest case that fails, as JSON. */
  readonly counterexample: string;
}

/** What a class has come to. */
export interface ClassOutcome {
  /** Cases made and checked, those that are certain among them, those of the corpus not. */
  readonly cases: number;
  /** How many of them were giants. */
  readonly giants: number;
  readonly corpusCases: number;
  readonly failures: readonly InputFailure[];
}

/** What the process that checks a class tells: where it is, so that its end can be laid to a case; and what it found. */
export type InputNews =
  | { readonly kind: "at"; readonly from: number; readonly cases: number; readonly file?: string }
  | { readonly kind: "done"; readonly outcome: ClassOutcome };
