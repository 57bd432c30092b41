import { invalidOption } from "./invalid-option.js";
import { quote } from "./quote.js";

/** What a number must be. */
export interface NumberRange {
  readonly min: number;
  /** @default no limit, yet finite */
  readonly max?: number;
  /** @default false */
  readonly integer?: boolean;
}

/** Returns the value if it is a number in the range; throws INVALID_OPTIONS, naming the option and what it may be, if not. */
export function checkNumber(name: string, value: unknown, range: NumberRange): number {
  const { min, max = Number.MAX_VALUE, integer = false } = range;
  if (typeof value === "number" && value >= min && value <= max && (!integer || Number.isInteger(value))) return value;
  const upper = max === Number.MAX_VALUE ? " up" : ` to ${max}`;
  throw invalidOption(name, `is ${quote(value)}: give ${integer ? "a whole number" : "a number"} from ${min}${upper}`);
}
