import { checkFunction } from "./check-options.js";
import { quote } from "./quote.js";

/**
 * A source of randomness of the user's, safe to call: a timer that it jitters must not fail for it. What it throws, or returns that
 * is no number from 0 up to 1, is told once as a warning of the process, and Math.random's number taken instead. Throws
 * INVALID_OPTIONS if it is no function.
 */
export function checkRandom(random: () => number): () => number {
  checkFunction("random", random);
  let isTold = false;
  const replace = (what: string): number => {
    if (!isTold) process.emitWarning(`random ${what}: Math.random is used instead of it`, "AgentCommWarning");
    isTold = true;
    return Math.random();
  };
  return () => {
    try {
      const value: unknown = random();
      if (typeof value === "number" && value >= 0 && value < 1) return value;
      return replace(`returned ${quote(value)}, which is no number from 0 up to 1`);
    } catch (error) {
      return replace(`threw ${quote(error)}`);
    }
  };
}
