import { describe, expect, it } from "vitest";
import { mapWindow } from "../src/supervisor/map-window.js";

describe("mapping in a window", () => {
  it("keeps the order, and no more than its width under way", async () => {
    let running = 0;
    let most = 0;
    const results = await mapWindow([5, 1, 4, 2, 3], 2, async (item) => {
      running += 1;
      most = Math.max(most, running);
      for (let turn = 0; turn < item; turn++) await Promise.resolve();
      running -= 1;
      return item * 10;
    });
    expect(results).toEqual([50, 10, 40, 20, 30]);
    expect(most).toBe(2);
    expect(await mapWindow([], 2, async () => 1)).toEqual([]);
  });

  it("after a failure begins nothing new, and rejects once all has ended", async () => {
    const begun: number[] = [];
    let ended = 0;
    const mapping = mapWindow([1, 2, 3, 4], 2, async (item) => {
      begun.push(item);
      for (let turn = 0; turn < 5; turn++) await Promise.resolve();
      ended += 1;
      if (item === 1) throw new Error("one");
    });
    await expect(mapping).rejects.toThrow("one");
    expect(begun).toEqual([1, 2]);
    expect(ended).toBe(2);
  });
});
