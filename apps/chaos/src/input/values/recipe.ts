import { type MadeName, makeValue } from "./made-values.js";

/**
 * How a hostile value is made. A recipe is plain JSON, so that a case can be kept and shown; the value is made anew each time that it
 * is used.
 */
export type Recipe =
  | { readonly json: unknown }
  | { readonly made: MadeName }
  /** A value that throws another when it is touched in one way. */
  | { readonly trap: TrapName; readonly throws: Recipe; readonly on?: Recipe }
  /** An object whose getter of that name throws. */
  | { readonly getter: string; readonly throws: Recipe }
  | { readonly object: readonly (readonly [key: string, value: Recipe])[] }
  | { readonly array: readonly Recipe[] }
  /** Nested so deep. */
  | { readonly depth: number; readonly of: "array" | "object" }
  | { readonly text: string; readonly times: number }
  | { readonly keys: number };

/** The ways in which a proxy can be touched. */
export const TRAPS = ["get", "ownKeys", "getOwnPropertyDescriptor", "getPrototypeOf", "has"] as const;
type TrapName = (typeof TRAPS)[number];

/** Makes the value. */
export function build(recipe: Recipe): unknown {
  if ("json" in recipe) return structuredClone(recipe.json);
  if ("made" in recipe) return makeValue(recipe.made);
  if ("trap" in recipe) {
    const throwIt = (): never => {
      throw build(recipe.throws);
    };
    const target = recipe.on === undefined ? {} : build(recipe.on);
    const isObject = (typeof target === "object" && target !== null) || typeof target === "function";
    return new Proxy(isObject ? (target as object) : {}, { [recipe.trap]: throwIt });
  }
  if ("getter" in recipe) {
    const get = (): never => {
      throw build(recipe.throws);
    };
    return Object.defineProperty({}, recipe.getter, { enumerable: true, configurable: true, get });
  }
  if ("object" in recipe) {
    const object = {};
    for (const [key, value] of recipe.object) {
      Object.defineProperty(object, key, { value: build(value), enumerable: true, configurable: true, writable: true });
    }
    return object;
  }
  if ("array" in recipe) return recipe.array.map(build);
  if ("depth" in recipe) {
    let nested: unknown = recipe.of === "array" ? [] : {};
    for (let depth = 1; depth < recipe.depth; depth += 1) nested = recipe.of === "array" ? [nested] : { a: nested };
    return nested;
  }
  if ("keys" in recipe) return Object.fromEntries(Array.from({ length: recipe.keys }, (_, index) => [`k${index}`, 1]));
  return recipe.text.repeat(recipe.times);
}
