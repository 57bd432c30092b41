import fc from "fast-check";
import { readCorpus } from "./corpus.js";
import { describeFailure } from "./describe-failure.js";
import { examplesOf, type InputCheck, type InputClass } from "./input-class.js";
import type { ClassOutcome, InputFailure, InputJob, InputNews } from "./input-job.js";
import { expectIntactPrototypes } from "./prototypes.js";
import { StrayErrors } from "./stray-errors.js";

// Where one case fails, a thousand often do, for the same reason; each costs its own search for a smaller one.
const MOST_FAILURES = 3;
const MOST_SHRINKS_MS = 20_000;

/**
 * Checks a class in this process: first its corpus, then as many cases as the job says, made from its seed. Cases are checked in
 * batches; those of a batch that fails again one by one, so that each failure is laid to one case, and that case is made smaller.
 * `tell` hears what comes next before it is tried. Nothing of the checks is left when it resolves; what their end breaks is a
 * failure, too.
 */
export async function runClass(
  inputClass: InputClass,
  job: InputJob,
  tell: (news: InputNews) => void,
): Promise<ClassOutcome> {
  using strays = new StrayErrors();
  const outcome = await checkClass(inputClass, job, strays, tell);
  const thrown = await failureOf(() => strays.expectNone());
  if (thrown === undefined) return outcome;
  return { ...outcome, failures: [...outcome.failures, failure(thrown, job.seed, "the end of the checks", null)] };
}

async function checkClass(
  inputClass: InputClass,
  job: InputJob,
  strays: StrayErrors,
  tell: (news: InputNews) => void,
): Promise<ClassOutcome> {
  const failures: InputFailure[] = [];
  await using checking = await inputClass.open(job.environment);
  const check = async (cases: readonly unknown[]): Promise<void> => {
    try {
      await checking.check(cases);
      await strays.expectNone();
      expectIntactPrototypes();
    } finally {
      // What these cases broke must not be laid to the next.
      await strays.take();
    }
  };

  const corpus = job.corpus ? readCorpus(inputClass.name) : [];
  for (const { file, case: each } of corpus) {
    tell({ kind: "at", from: 0, cases: 0, file });
    const thrown = await failureOf(() => check([each]));
    if (thrown !== undefined) failures.push(failure(thrown, job.seed, `corpus/${file}`, each));
  }

  let giants = 0;
  let made = 0;
  let batch: unknown[] = [];
  const flush = async (): Promise<void> => {
    const cases = batch;
    const from = job.from + made - cases.length;
    batch = [];
    if (cases.length === 0 || (failures.length >= MOST_FAILURES && !job.oneByOne)) return;
    tell({ kind: "at", from, cases: cases.length });
    const thrown = await failureOf(() => check(cases));
    if (thrown === undefined) return;
    if (job.oneByOne) {
      failures.push(failure(thrown, job.seed, String(from), cases[0]));
      return;
    }
    const found = failures.length;
    for (const [index, each] of cases.entries()) {
      if (failures.length >= MOST_FAILURES) return;
      tell({ kind: "at", from: from + index, cases: 1 });
      const alone = await failureOf(() => check([each]));
      if (alone === undefined) continue;
      const smaller = await shrunk(inputClass, job.seed, from + index, check);
      failures.push(smaller ?? failure(alone, job.seed, String(from + index), each));
    }
    if (failures.length === found)
      failures.push(failure(thrown, job.seed, `${from} on, ${cases.length} together`, cases));
  };
  const take = async (each: unknown): Promise<void> => {
    if (inputClass.isGiant?.(each) === true) giants += 1;
    made += 1;
    batch.push(each);
    if (job.oneByOne || batch.length >= inputClass.batch) await flush();
  };
  // What does not hold is among the failures: whatever else is thrown is a mistake of the harness, and ends it.
  await fc.assert(fc.asyncProperty(inputClass.cases, take), {
    seed: job.seed,
    numRuns: job.cases,
    examples: examplesOf(inputClass),
    endOnFailure: true,
    ...(job.from === 0 ? {} : { path: String(job.from) }),
  });
  await flush();
  return { cases: made, giants, corpusCases: corpus.length, failures };
}

/** Makes the case of that run again, and smaller as long as it fails. Undefined: it does not fail again. */
async function shrunk(
  inputClass: InputClass,
  seed: number,
  run: number,
  check: InputCheck["check"],
): Promise<InputFailure | undefined> {
  const until = performance.now() + MOST_SHRINKS_MS;
  let last: { readonly error: unknown } | undefined;
  const fails = async (each: unknown): Promise<void> => {
    // Small enough by then.
    if (performance.now() > until) return;
    const thrown = await failureOf(() => check([each]));
    if (thrown === undefined) return;
    last = thrown;
    throw new Error("it fails");
  };
  const details = await fc.check(fc.asyncProperty(inputClass.cases, fails), {
    seed,
    path: String(run),
    numRuns: 1,
    examples: examplesOf(inputClass),
  });
  const [smallest] = details.counterexample ?? [];
  return last && failure(last, seed, details.counterexamplePath ?? String(run), smallest);
}

function failure(thrown: { readonly error: unknown }, seed: number, path: string, each: unknown): InputFailure {
  return { message: describeFailure(thrown.error), seed, path, counterexample: JSON.stringify(each) ?? "undefined" };
}

async function failureOf(work: () => Promise<void>): Promise<{ readonly error: unknown } | undefined> {
  try {
    await work();
    return undefined;
  } catch (error) {
    return { error };
  }
}
