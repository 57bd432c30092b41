import { type Contender, type Opened, type Place, Unavailable } from "./contender.js";
import { type Measured, type Summary, sumUp } from "./summary.js";
import type { Series, Target, Work } from "./work.js";
import { QUANTITIES } from "./work.js";

/** How one contender did. */
export interface ContenderResult {
  readonly name: string;
  readonly keeps: Contender["keeps"];
  readonly note?: string;
  /** Why it did not run here. */
  readonly unavailable?: string;
  /** By the names of quantities. */
  readonly measured?: Readonly<Record<string, Summary>>;
}

/** Whether a target is met. */
export interface TargetResult extends Target {
  /** The median of the rounds' ratios, or of the numbers. Undefined: one of both did not run. */
  readonly reached?: number;
  readonly met: boolean;
}

/** What came out of a work. */
export interface WorkResult {
  readonly work: string;
  readonly title: string;
  readonly series?: Series;
  readonly quantities: Work["quantities"];
  readonly rounds: number;
  /** ISO 8601. */
  readonly measuredAt: string;
  readonly contenders: readonly ContenderResult[];
  readonly targets: readonly TargetResult[];
}

/** How a work is run. */
export interface RunOptions {
  /** Rounds that count; one more comes before them, to warm up. */
  readonly rounds: number;
  readonly place: Place;
  /** Ends the run between two rounds. */
  readonly signal: AbortSignal;
}

/**
 * Runs a work: in each round every contender once, one after the other, each time beginning with another one, so that what the machine
 * does meanwhile meets all of them alike. Rejects if one of them fails, or a message did not arrive as it was sent.
 */
export async function runWork(work: Work, { rounds, place, signal }: RunOptions): Promise<WorkResult> {
  const measured = new Map<string, Measured[]>();
  const unavailable = new Map<string, string>();
  const opened = new Map<string, Opened>();
  await using closing = new AsyncDisposableStack();
  for (const contender of work.contenders) {
    try {
      opened.set(contender.name, closing.use(await contender.open(place)));
      measured.set(contender.name, []);
    } catch (error) {
      if (!(error instanceof Unavailable)) throw new Error(`${contender.name} could not begin`, { cause: error });
      unavailable.set(contender.name, error.message);
    }
  }
  const names = [...opened.keys()];
  for (let round = 0; round <= rounds; round++) {
    for (let index = 0; index < names.length; index++) {
      signal.throwIfAborted();
      const name = names[(index + round) % names.length] as string;
      const one = await oneRound(opened.get(name) as Opened, name);
      if (round > 0) measured.get(name)?.push(one);
    }
  }
  return {
    work: work.id,
    title: work.title,
    ...(work.series === undefined ? {} : { series: work.series }),
    quantities: work.quantities,
    rounds,
    measuredAt: new Date().toISOString(),
    contenders: work.contenders.map(({ name, keeps, note }) => {
      const about = { name, keeps, ...(note === undefined ? {} : { note }) };
      const why = unavailable.get(name);
      return why === undefined
        ? { ...about, measured: sumUp(measured.get(name) ?? []) }
        : { ...about, unavailable: why };
    }),
    targets: (work.targets ?? []).map((target) => judge(target, measured)),
  };
}

async function oneRound(contender: Opened, name: string): Promise<Measured> {
  // What the one before left for the collector is not this one's.
  globalThis.gc?.();
  try {
    return await contender.round();
  } catch (error) {
    throw new Error(`${name} failed`, { cause: error });
  }
}

/** Ratios are taken round by round: what slows the machine down for a while slows both down. */
function judge(target: Target, measured: ReadonlyMap<string, readonly Measured[]>): TargetResult {
  const { contender, against, quantity, bound } = target;
  const own = measured.get(contender) ?? [];
  const other = against === undefined ? undefined : (measured.get(against) ?? []);
  const values = own.flatMap((round, index) => {
    const value = round[quantity] ?? Number.NaN;
    return other === undefined ? value : value / (other[index]?.[quantity] ?? Number.NaN);
  });
  if (values.length === 0 || values.some(Number.isNaN)) return { ...target, met: false };
  const reached = sumUp(values.map((value) => ({ value }))).value?.median as number;
  return { ...target, reached, met: QUANTITIES[quantity].better === "more" ? reached >= bound : reached <= bound };
}
