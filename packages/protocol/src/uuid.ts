import { randomBytes } from "node:crypto";
import { checkFunction, readOptions } from "./check-options.js";

/** What a generator of ids can be told. */
export interface IdGeneratorOptions {
  /** @default Date.now */
  readonly now?: () => number;
  /**
   * From 0 up to 1.
   * @default cryptographically strong randomness
   */
  readonly random?: () => number;
}

const LARGEST_COUNTER = 0xfff;
// Half of the counter's range stays free for further ids of the same millisecond.
const FIRST_COUNTERS = 0x800;
const POOL_BYTES = 4096;

/**
 * Makes a source of UUIDs, version 7: they sort by the time of their making, and each one sorts after those that the
 * same source made before, also when the clock stands still or jumps back.
 */
export function createIdGenerator(options: IdGeneratorOptions = {}): () => string {
  const { now = Date.now, random } = readOptions(options);
  checkFunction("now", now);
  if (random !== undefined) checkFunction("random", random);
  const digits = random === undefined ? strongDigits() : digitsOf(random);
  let lastMs = -1;
  let counter = 0;
  let time = "";

  return () => {
    const ms = Math.floor(now());
    if (ms > lastMs) {
      lastMs = ms;
      counter = Number.parseInt(digits(3), 16) % FIRST_COUNTERS;
      time = timeDigits(lastMs);
    } else if (counter < LARGEST_COUNTER) {
      counter++;
    } else {
      // RFC 9562, section 6.2: once the counter is used up, the time may run ahead of the clock.
      lastMs++;
      counter = 0;
      time = timeDigits(lastMs);
    }
    const tail = digits(16);
    // The variant of the RFC: the first two bits are 10.
    const variant = "89ab"[Number.parseInt(tail[0] as string, 16) & 3];
    return `${time}-7${hex(counter, 3)}-${variant}${tail.slice(1, 4)}-${tail.slice(4)}`;
  };
}

let processWide: (() => string) | undefined;

/** A new UUIDv7. All that one process makes sort in the order of their making. */
export function createId(): string {
  processWide ??= createIdGenerator();
  return processWide();
}

function timeDigits(ms: number): string {
  const time = hex(ms, 12);
  return `${time.slice(0, 8)}-${time.slice(8)}`;
}

function hex(value: number, width: number): string {
  return value.toString(16).padStart(width, "0");
}

function digitsOf(random: () => number): (count: number) => string {
  return (count) => Array.from({ length: count }, () => Math.floor(random() * 16).toString(16)).join("");
}

/** Strong randomness is cheap by the kilobyte only. */
function strongDigits(): (count: number) => string {
  let pool = "";
  let used = 0;
  return (count) => {
    if (used + count > pool.length) {
      pool = randomBytes(POOL_BYTES).toString("hex");
      used = 0;
    }
    used += count;
    return pool.slice(used - count, used);
  };
}
