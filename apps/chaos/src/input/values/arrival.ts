import { isDeepStrictEqual } from "node:util";
import { sayableValue } from "./made-values.js";
import { build, type Recipe } from "./recipe.js";
import type { Called } from "./try-call.js";

/**
 * What must become of a value that is sent: it is refused, or arrives as this. "either": it may be refused, as where a limit is near,
 * yet never arrive as anything else.
 */
export type Arrival =
  | { readonly must: "be refused" }
  | { readonly must: "arrive" | "be refused or arrive"; readonly as: unknown };

const REFUSED: Arrival = { must: "be refused" };
const DEEPEST = 32;
const MOST_BYTES = 262_144;
// More than what lies around a value takes.
const AROUND_BYTES = 2_048;
const FORBIDDEN_KEYS = ["__proto__", "constructor", "prototype"];

/** What must become of the value with so many levels of objects and arrays around it. */
export function arrivalOf(recipe: Recipe, levelsAround: number): Arrival {
  const arrival = sayable(recipe);
  if (arrival.must === "be refused") return arrival;
  if (levelsOf(arrival.as) + levelsAround > DEEPEST) return REFUSED;
  const bytes = Buffer.byteLength(JSON.stringify(arrival.as) ?? "");
  return bytes + AROUND_BYTES > MOST_BYTES ? { ...arrival, must: "be refused or arrive" } : arrival;
}

/** Throws unless the value was taken or refused as it had to be. `takes` tells which JSON must be taken; absent: none. */
export function expectTaken(arrival: Arrival, called: Called, takes?: (value: unknown) => boolean): void {
  if (!("error" in called)) {
    if (arrival.must === "be refused") throw new Error("what JSON cannot say was taken");
    return;
  }
  if (arrival.must === "arrive" && takes?.(arrival.as) === true)
    throw new Error("what JSON can say was refused", { cause: called.error });
}

/** Throws unless what arrived is what had to. Instead of undefined something may be filled in. */
export function expectSame(arrival: Arrival, arrived: unknown): void {
  if (arrival.must === "be refused" || arrival.as === undefined || isDeepStrictEqual(arrived, arrival.as)) return;
  throw new Error(`it arrived as ${JSON.stringify(arrived)?.slice(0, 200)}`);
}

function sayable(recipe: Recipe): Arrival {
  if ("made" in recipe) {
    const value = sayableValue(recipe.made);
    if (value === undefined) return REFUSED;
    return { must: value.mayBeRefused === true ? "be refused or arrive" : "arrive", as: value.as };
  }
  if ("getter" in recipe) return REFUSED;
  if ("trap" in recipe) {
    // Not every way to read a value comes upon it.
    const target = recipe.on === undefined ? { json: {} } : recipe.on;
    const arrival = sayable(target);
    return arrival.must === "be refused" ? REFUSED : { must: "be refused or arrive", as: arrival.as };
  }
  if ("object" in recipe) {
    const entries = new Map(recipe.object.map(([key, value]) => [key, sayable(value)] as const));
    // What is undefined is left out, whatever its key.
    const present = [...entries].filter(([, value]) => value.must === "be refused" || value.as !== undefined);
    return allOf(present, (values) => Object.fromEntries(values));
  }
  if ("array" in recipe) {
    const items = recipe.array.map((item, index) => [String(index), sayable(item)] as const);
    if (items.some(([, item]) => item.must !== "be refused" && item.as === undefined)) return REFUSED;
    return allOf(items, (values) => values.map(([, value]) => value));
  }
  if ("depth" in recipe && recipe.depth > DEEPEST) return REFUSED;
  const plain: unknown = JSON.parse(JSON.stringify(build(recipe)));
  return hasForbiddenKey(plain) ? REFUSED : { must: "arrive", as: plain };
}

function allOf(
  parts: readonly (readonly [key: string, value: Arrival])[],
  make: (values: [string, unknown][]) => unknown,
): Arrival {
  const values: [string, unknown][] = [];
  let must: "arrive" | "be refused or arrive" = "arrive";
  for (const [key, value] of parts) {
    if (value.must === "be refused" || FORBIDDEN_KEYS.includes(key)) return REFUSED;
    if (value.must !== "arrive") must = value.must;
    values.push([key, value.as]);
  }
  return { must, as: make(values) };
}

function hasForbiddenKey(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  return Object.entries(value).some(
    ([key, item]) => (!Array.isArray(value) && FORBIDDEN_KEYS.includes(key)) || hasForbiddenKey(item),
  );
}

function levelsOf(value: unknown): number {
  if (typeof value !== "object" || value === null) return 0;
  return 1 + Object.values(value).reduce<number>((most, each) => Math.max(most, levelsOf(each)), 0);
}
