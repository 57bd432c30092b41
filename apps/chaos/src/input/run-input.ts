import fc from "fast-check";
import { examplesOf } from "./input-class.js";
import { inputClasses } from "./input-classes.js";
import type { ClassOutcome, InputFailure, InputJob } from "./input-job.js";
import { openInputPlaces } from "./input-places.js";
import { type InputProcessEnd, type InputProcessOptions, runInputProcess } from "./input-process.js";

/** How bad input is tried. */
export interface RunInputOptions {
  /** How many cases are made of each class, beside those that are certain. */
  readonly cases: number;
  /** The same seed makes the same cases. */
  readonly seed: number;
  /** Names of classes. Absent: all. */
  readonly classes?: readonly string[];
  /** A server that nothing else uses while it runs. */
  readonly redisUrl: string;
  /** Ends it; `runInput` rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Told how far a class is, every batch. */
  readonly onProgress?: (progress: { readonly class: string; readonly done: number; readonly cases: number }) => void;
  /** What the processes that check are started with: `--import` of something that changes the library, for one. */
  readonly execArgv?: readonly string[];
  /** Beside this process's own environment. */
  readonly env?: Readonly<Record<string, string>>;
  /**
   * How long one batch may take before it counts as hanging.
   * @default 60,000
   */
  readonly patienceMs?: number;
}

/** What became of a class. */
export interface InputResult extends ClassOutcome {
  readonly class: string;
  readonly title: string;
  readonly seconds: number;
}

const PATIENCE_MS = 60_000;

/**
 * Tries bad input on the library, one class after the other, each in a process of its own: so that a crash or an endless loop is a
 * failure like any other, laid to the case that did it. Resolves to one result per class, in their order. Rejects for the name of
 * a class that there is none of, and when the signal fires.
 */
export async function runInput(options: RunInputOptions): Promise<InputResult[]> {
  const { cases, seed, classes, redisUrl, onProgress } = options;
  const unknown = classes?.find((wanted) => !inputClasses.some(({ name }) => name === wanted));
  if (unknown !== undefined) throw new Error(`no class of input is called ${unknown}`);
  const results: InputResult[] = [];
  await using places = await openInputPlaces(redisUrl);
  const environment = { redisUrl, namespace: places.namespace, folder: places.folder };
  for (const { name, title, certain = [] } of inputClasses) {
    if (classes !== undefined && !classes.includes(name)) continue;
    const startedAt = performance.now();
    const all = certain.length + cases;
    const job: InputJob = { class: name, seed, from: 0, cases: all, oneByOne: false, corpus: true, environment };
    const outcome = await runJob(job, {
      ...options,
      patienceMs: options.patienceMs ?? PATIENCE_MS,
      onProgress: (done) => onProgress?.({ class: name, done, cases: all }),
    });
    results.push({ class: name, title, ...outcome, seconds: (performance.now() - startedAt) / 1_000 });
  }
  return results;
}

/** Runs a job; where its process dies or hangs, the batch that it died of is run again, case by case, to find the one. */
async function runJob(job: InputJob, options: InputProcessOptions): Promise<ClassOutcome> {
  const end = await runInputProcess(job, options);
  if ("outcome" in end) return end.outcome;
  const { at } = end;
  const done = { cases: at?.from ?? 0, giants: 0, corpusCases: 0 };
  if (at === undefined || at.file !== undefined) return { ...done, failures: [fatal(job, end)] };
  const again = { ...job, from: at.from, cases: at.cases, oneByOne: true, corpus: false };
  const second = await runInputProcess(again, options);
  if ("how" in second) return { ...done, failures: [fatal(job, second)] };
  // Not one by one, it seems.
  return { ...done, failures: [...second.outcome.failures, fatal(job, end)] };
}

function fatal(job: InputJob, { how, at }: Exclude<InputProcessEnd, { readonly outcome: ClassOutcome }>): InputFailure {
  const path = at?.file === undefined ? String(at?.from ?? 0) : `corpus/${at.file}`;
  const known = at?.file === undefined && at?.cases === 1;
  return {
    message: `the process ${how}`,
    seed: job.seed,
    path,
    counterexample: known ? JSON.stringify(makeCase(job, at.from)) : `one of ${at?.cases ?? 0} cases from there on`,
  };
}

/** The case of that number. Making it is harmless. */
function makeCase({ class: name, seed }: InputJob, run: number): unknown {
  const inputClass = inputClasses.find((each) => each.name === name);
  if (inputClass === undefined) return undefined;
  let made: unknown;
  const keep = (each: unknown): void => {
    made = each;
  };
  fc.check(fc.property(inputClass.cases, keep), {
    seed,
    numRuns: 1,
    path: String(run),
    examples: examplesOf(inputClass),
  });
  return made;
}
