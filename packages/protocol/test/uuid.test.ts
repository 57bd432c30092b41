import { describe, expect, it } from "vitest";
import { createId, createIdGenerator } from "../src/uuid.js";

const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const timeOf = (id: string): number => Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16);

describe("createId", () => {
  it("makes UUIDs of version 7 that carry the time", () => {
    const before = Date.now();
    const id = createId();
    expect(id).toMatch(UUID_V7);
    expect(timeOf(id)).toBeGreaterThanOrEqual(before);
  });

  it("makes each one sort after those before it", () => {
    const ids = Array.from({ length: 20_000 }, () => createId());
    expect(ids).toEqual([...ids].sort());
    expect(new Set(ids).size).toBe(ids.length);
  });
});

describe("createIdGenerator", () => {
  it("makes the same ids from the same time and randomness", () => {
    const make = () => createIdGenerator({ now: () => 1_700_000_000_000, random: () => 0.5 });
    const [one, other] = [make(), make()];
    expect([one(), one()]).toEqual([other(), other()]);
    expect(make()()).toBe("018bcfe5-6800-7088-8888-888888888888");
  });

  it("keeps the order when the clock stands still, also beyond what the counter holds", () => {
    const generate = createIdGenerator({ now: () => 1_000, random: () => 0.999 });
    const ids = Array.from({ length: 10_000 }, generate);
    expect(ids).toEqual([...ids].sort());
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.every((id) => UUID_V7.test(id))).toBe(true);
  });

  it("keeps the order when the clock jumps back", () => {
    let now = 5_000;
    const generate = createIdGenerator({ now: () => now });
    const first = generate();
    now = 1_000;
    const second = generate();
    expect(second > first).toBe(true);
    now = 9_000;
    expect(timeOf(generate())).toBe(9_000);
  });

  it("spreads its randomness over every digit that is random", () => {
    const generate = createIdGenerator();
    const seen = Array.from({ length: 15 }, () => new Set<string>());
    for (let count = 0; count < 2_000; count++) {
      const id = generate().replaceAll("-", "");
      for (const [index, digits] of seen.entries()) digits.add(id[17 + index] as string);
    }
    expect(seen.map((digits) => digits.size)).toEqual(seen.map(() => 16));
  });
});
