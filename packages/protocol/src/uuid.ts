import { randomFillSync } from "node:crypto";

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
const LARGEST_FIRST_COUNTER = 0x7ff;

/**
 * Makes a source of UUIDs, version 7: they sort by the time of their making, and each one sorts after those that the
 * same source made before, also when the clock stands still or jumps back.
 */
export function createIdGenerator(options: IdGeneratorOptions = {}): () => string {
  const now = options.now ?? Date.now;
  const random = options.random ?? createStrongRandom();
  let lastMs = -1;
  let counter = 0;

  return () => {
    const ms = Math.floor(now());
    if (ms > lastMs) {
      lastMs = ms;
      counter = Math.floor(random() * (LARGEST_FIRST_COUNTER + 1));
    } else if (counter < LARGEST_COUNTER) {
      counter++;
    } else {
      // RFC 9562, section 6.2: a used-up counter may run ahead of the clock.
      lastMs++;
      counter = 0;
    }
    const time = hex(lastMs, 12);
    const variant = 0x8000 + Math.floor(random() * 0x4000);
    const node = hex(Math.floor(random() * 0x1000000), 6) + hex(Math.floor(random() * 0x1000000), 6);
    return `${time.slice(0, 8)}-${time.slice(8)}-${hex(0x7000 + counter, 4)}-${hex(variant, 4)}-${node}`;
  };
}

let processWide: (() => string) | undefined;

/** A new UUIDv7, as one source for the whole process makes them. */
export function createId(): string {
  processWide ??= createIdGenerator();
  return processWide();
}

function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, "0");
}

function createStrongRandom(): () => number {
  const pool = new Uint32Array(1024);
  let next = pool.length;
  return () => {
    if (next === pool.length) {
      randomFillSync(pool);
      next = 0;
    }
    return (pool[next++] as number) / 2 ** 32;
  };
}
