import { describe, expect, it } from "vitest";
import { type Digest, digestOf, EMPTY_DIGEST, mergeDigests } from "../src/report/digest.js";
import { findDuplicates } from "../src/report/duplicates.js";
import { markdownReport } from "../src/report/markdown-report.js";
import type { Report, ReviewedFile } from "../src/report/report.js";
import { markdownTable, plainTable } from "../src/report/table.js";
import { visible } from "../src/report/visible.js";
import { duration } from "../src/report/wording.js";
import type { Capability } from "../src/review/specialities.js";
import { reviewText, told } from "./review-text.js";

async function digestsOf(texts: Readonly<Record<string, string>>): Promise<Digest[]> {
  return await Promise.all(
    Object.entries(texts).map(async ([path, text], at) => {
      const capability: Capability = path.endsWith(".md") ? "review.markdown" : "review.general";
      return digestOf(at, capability, { review: await reviewText(path, text) });
    }),
  );
}

async function reviewed(path: string, text: string): Promise<ReviewedFile> {
  return { path, capability: "review.general", taskId: "t", ...(await reviewText(path, text)) };
}

describe("the editor's digest", () => {
  it("is the same whatever the order and the number of steps it was merged in", async () => {
    const texts = Object.fromEntries(
      Array.from({ length: 40 }, (_, at) => [
        `${at}.${at % 3 === 0 ? "md" : "txt"}`,
        `TODO ${"x".repeat(at)}\n`.repeat(at % 7),
      ]),
    );
    const parts = await digestsOf(texts);
    const whole = mergeDigests(parts);
    expect(whole.totals).toMatchObject({
      files: 40,
      skipped: 0,
      lines: Array.from({ length: 40 }, (_, at) => at % 7).reduce((a, b) => a + b),
    });
    expect(mergeDigests([...parts].reverse())).toEqual(whole);
    expect(mergeDigests([mergeDigests(parts.slice(0, 13)), EMPTY_DIGEST, mergeDigests(parts.slice(13))])).toEqual(
      whole,
    );
    expect(mergeDigests([])).toEqual(EMPTY_DIGEST);
  });

  it("does not grow with the directory", async () => {
    const parts = await digestsOf(Object.fromEntries(Array.from({ length: 500 }, (_, at) => [`${at}.md`, "TODO \n"])));
    expect(JSON.stringify(mergeDigests(parts)).length).toBeLessThan(4_000);
  });

  it("counts a skipped file as a file, and nothing else of it", () => {
    const digest = digestOf(0, "review.json", { skipped: "EACCES" });
    expect(digest.totals).toMatchObject({ files: 1, skipped: 1, lines: 0, bytes: 0 });
    expect(mergeDigests([digest]).byCapability["review.json"]).toMatchObject({ files: 1, skipped: 1 });
  });
});

describe("duplicates", () => {
  it("are files of the same content, those that waste most first", async () => {
    const files = await Promise.all([
      reviewed("a", "same\n"),
      reviewed("b", "other\n"),
      reviewed("c", "same\n"),
      reviewed("d", ""),
      reviewed("e", ""),
    ]);
    expect(findDuplicates(files)).toMatchObject([
      { bytes: 5, paths: ["a", "c"] },
      { bytes: 0, paths: ["d", "e"] },
    ]);
  });
});

describe("report.md", () => {
  it("names hostile files without being led by them, and passes its own review", async () => {
    const name = "a`b|c\n[x](y.md)\u001b[2J*";
    const file = await reviewed(name, "# x\nTODO <b> [z](z.md) | `c` \n");
    const report: Report = {
      directory: "/d",
      transport: "memory",
      processes: false,
      startedAt: "2026-01-01T00:00:00.000Z",
      endedAt: "2026-01-01T00:00:01.000Z",
      durationMs: 1_000,
      totals: { files: 2, skipped: 1, lines: 2, words: 8, bytes: 31 },
      wordRule: "utf-8",
      notReviewed: { notEntered: [".git"], unreadableFolders: [], ownFiles: [], symbolicLinks: 1, otherEntries: 0 },
      summary: {
        ...mergeDigests([digestOf(0, "review.general", { review: file })]),
        mostFindings: [{ path: name, places: 2 }],
        longestLines: [],
      },
      crew: [{ id: "ada", capabilities: ["review.general"], limit: 1, tasksDone: 1, lost: true }],
      killed: { worker: "ada", afterFiles: 1, tasks: [{ taskId: "t", path: name, first: "ada", second: "ben" }] },
      messages: { sent: 2, received: 2 },
      duplicates: [],
      skipped: [{ path: "secret", reason: "EACCES" }],
      files: [file],
      tasks: [],
    };
    const text = markdownReport(report);
    expect(text).toContain("- 2:1 todo: TODO \\<b\\> \\[z\\](z.md) \\| \\`c\\`");
    expect(text).toContain("### ``a`b|c\\n[x](y.md)\\x1B[2J*``");
    expect(text).toContain("- `secret`: EACCES");
    expect(text).toContain("ada was killed after 1 file. It had 1 task, which went to others:");
    expect(text).not.toContain("\u001b");
    const review = await reviewText("report.md", text);
    expect(told(review, "link")).toEqual([]);
    expect(told(review, "heading")).toEqual([]);
    expect(told(review, "trailing-white-space")).toEqual([]);
  });
});

describe("tables and words", () => {
  it("line columns up", () => {
    const columns = [{ title: "a" }, { title: "n", align: "right" as const }];
    expect(
      plainTable(columns, [
        ["xyz", "1"],
        ["", "100"],
      ]),
    ).toBe("a      n\n───  ───\nxyz    1\n     100");
    expect(markdownTable(columns, [["x", "1"]])).toBe("| a | n |\n| --- | ---: |\n| x | 1 |");
  });

  it("write control characters and marks of direction out", () => {
    expect(visible("a\nb\tc\u001b\u007f\u0085\u202ed")).toBe("a\\nb\\tc\\x1B\\x7F\\x85\\u202Ed");
  });

  it("tell how long something took", () => {
    expect([400, 9_949, 9_950, 59_499, 185_000].map(duration)).toEqual(["0.4 s", "9.9 s", "10 s", "59 s", "3 min 5 s"]);
  });
});
