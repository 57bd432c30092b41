import { checkFunction, readingOptions } from "./check-options.js";
import { invalidOption } from "./invalid-option.js";
import { quote } from "./quote.js";

/**
 * A source of randomness of the user's, safe to call: what it throws, or returns that is no number from 0 up to 1, leaves as
 * INVALID_OPTIONS. Throws the same if it is no function.
 */
export function checkRandom(random: () => number): () => number {
  checkFunction("random", random);
  return () => {
    const value: unknown = readingOptions("what random returns", random);
    if (typeof value === "number" && value >= 0 && value <= 1) return value;
    throw invalidOption("random", `returned ${quote(value)}: it must return a number from 0 up to 1`);
  };
}
