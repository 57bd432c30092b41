import { describe, expect, it } from "vitest";
import { colored, cut, drawPicture, type Moment, plain } from "../src/view/picture.js";
import { createRate } from "../src/view/rate.js";

const moment: Moment = {
  files: 200,
  filesDone: 50,
  elapsedMs: 1_234,
  messagesPerSecond: 1_500,
  sent: 0,
  received: 0,
  agents: [
    { id: "ada", capabilities: [], limit: 4, running: ["src/a.ts", "new\nline\u001b[2J.ts"], done: 12, lost: false },
    { id: "eve", capabilities: [], limit: 1, running: [], done: 3, lost: true },
    { id: "finn", capabilities: [], limit: 2, running: [], done: 0, lost: false },
  ],
};

describe("the picture of the crew", () => {
  it("shows progress, load, what is done and what everybody is at", () => {
    expect(drawPicture(moment, 100, plain)).toEqual([
      `${"█".repeat(10)}${"░".repeat(30)}   25 %   50 of 200 files  1,500 messages/s  1.2 s`,
      "ada   ●●○○ 2/4      12 done  src/a.ts, new\\nline\\x1B[2J.ts",
      "eve   lost  3 done",
      "finn  ○○   0/2       0 done  ",
    ]);
  });

  it("never exceeds the terminal's width, and the bar keeps its own", () => {
    for (let columns = 1; columns <= 120; columns++) {
      for (const line of drawPicture(moment, columns, plain)) expect([...line].length).toBeLessThanOrEqual(columns);
    }
    const barOf = (filesDone: number): number =>
      (drawPicture({ ...moment, filesDone, messagesPerSecond: filesDone }, 80, plain)[0] as string).replace(
        /[^█░]/g,
        "",
      ).length;
    expect(new Set([0, 9, 10, 99, 100, 200].map(barOf)).size).toBe(1);
  });

  it("is complete when there is nothing to do", () => {
    expect(drawPicture({ ...moment, files: 0, filesDone: 0 }, 90, plain)[0]).toContain("100 %");
  });

  it("has colors that can be left out", () => {
    expect(drawPicture(moment, 80, colored).join("")).toContain("\u001b[32m");
    expect(drawPicture(moment, 80, plain).join("")).not.toContain("\u001b");
  });

  it("cuts by the room that characters take", () => {
    expect(cut("hello", 5)).toBe("hello");
    expect(cut("hello", 4)).toBe("hel…");
    expect(cut("日本語", 6)).toBe("日本語");
    expect(cut("日本語", 5)).toBe("日本…");
    expect(cut("日本語", 4)).toBe("日…");
    expect(cut("x", 0)).toBe("");
  });
});

describe("messages per second", () => {
  it("are those of the last few seconds", () => {
    const rate = createRate(3_000);
    expect(rate(0, 0)).toBe(0);
    expect(rate(100, 1_000)).toBe(100);
    expect(rate(200, 2_000)).toBe(100);
    for (let at = 3_000; at <= 10_000; at += 500) rate(200, at);
    expect(rate(200, 10_500)).toBe(0);
  });
});
