import { types } from "node:util";
import { type Arrival, arrivalOf } from "./arrival.js";
import type { MadeName } from "./made-values.js";
import { build, type Recipe } from "./recipe.js";

/** The ways in which a function ends. */
export const ENDS = ["returns", "throws", "rejects"] as const;

/** What a function came to. */
export type Outcome = { readonly fails: true } | { readonly fails: false; readonly value: unknown };

/** How a function of a user's ends, and what that is to those who call it. */
export interface HostileEnd {
  /** Ends so: returns a value or throws one, made anew each time. */
  readonly end: () => unknown;
  /** For who calls it, */
  readonly atOnce: Outcome;
  /** and for who awaits it. */
  readonly awaited: Outcome;
  /** What must become of the value that it is awaited to where it is sent with so many levels around it. */
  arrival(levelsAround: number): Arrival;
}

/** What is another value once it is awaited. */
const AWAITED: Partial<Record<MadeName, Recipe>> = { promise: { json: {} }, thenable: { json: 1 } };

/** Tries out, without the library, how the function ends. Rejects for a value or an end that there is none of. */
export async function hostileEnd(ends: (typeof ENDS)[number], value: Recipe): Promise<HostileEnd> {
  if (!ENDS.includes(ends)) throw new Error(`no function ends as ${String(ends)}`);
  build(value);
  const end = (): unknown => {
    const built = build(value);
    if (ends === "throws") throw built;
    return ends === "rejects" ? Promise.reject(built) : built;
  };
  return {
    end,
    atOnce: outcomeAtOnce(end),
    awaited: await outcomeOf(end),
    arrival: (levelsAround) => arrivalOf(("made" in value ? AWAITED[value.made] : undefined) ?? value, levelsAround),
  };
}

/** Ends so where a promise is a value like any other: its failure is its maker's to hear of. */
export function asValue(end: HostileEnd["end"]): unknown {
  const value = end();
  if (types.isPromise(value)) value.catch(() => undefined);
  return value;
}

function outcomeAtOnce(end: () => unknown): Outcome {
  try {
    return { fails: false, value: asValue(end) };
  } catch {
    return { fails: true };
  }
}

async function outcomeOf(end: () => unknown): Promise<Outcome> {
  try {
    return { fails: false, value: await end() };
  } catch {
    return { fails: true };
  }
}
