import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { MAX_FINDINGS } from "../src/review/finding.js";
import { MAX_LINE_BYTES } from "../src/review/inspector.js";
import { CAPABILITIES, capabilityFor } from "../src/review/specialities.js";
import { reviewText, told } from "./review-text.js";

describe("open work", () => {
  it("is each whole word TODO and FIXME, with line and column in characters", async () => {
    const review = await reviewText("a.c", "// 👍 TODO: later\nTODOS MY_TODO éTODO\n FIXME x TODO\n");
    expect(told(review, "todo")).toEqual(["1:6 TODO: later", "3:10 TODO"]);
    expect(told(review, "fixme")).toEqual(["3:2 FIXME x TODO"]);
    expect(review.places).toEqual({ todo: 2, fixme: 1 });
  });
});

describe("white space", () => {
  it("at the end of lines is told once per file, with the lines", async () => {
    const review = await reviewText("a.txt", "a \nb\nc\t\r\n  \nd");
    expect(told(review, "trailing-white-space")).toEqual(["1 white space at the end of 3 lines: 1, 3, 4"]);
    expect(review.places).toEqual({ "trailing-white-space": 3 });
  });

  it("a carriage return before the newline is the line's end, not white space", async () => {
    expect((await reviewText("a.txt", "a\r\nb\r\n")).findings).toEqual([]);
  });

  it("indentation is mixed when some lines begin with tabs and others with spaces", async () => {
    expect(told(await reviewText("a.txt", "a\n\tb\n  c\n"), "mixed-indentation")).toEqual([
      "2 indented with tabs on line 2, spaces on line 3",
    ]);
    expect(told(await reviewText("a.txt", "a\n  \tb\n"), "mixed-indentation")).toEqual([
      "2 indented with a space before a tab on line 2",
    ]);
  });

  it("one kind of indentation, and the star of a comment, are not mixed", async () => {
    expect((await reviewText("a.js", "/**\n * x\n */\n\tb\n\t * y\n")).findings).toEqual([]);
    expect((await reviewText("a.txt", "  a\n    b\n")).findings).toEqual([]);
  });
});

describe("suppressed checks", () => {
  it("are looked for by the reviewers of TypeScript and Python", async () => {
    const typescript = await reviewText("a.ts", "a;\n// @ts-ignore because\n// @ts-ignored\n");
    expect(told(typescript, "suppression")).toEqual(["2:4 @ts-ignore because"]);
    const python = await reviewText("a.py", "import a  # noqa\nb = 1  # type: ignore[x]\nc = 'noqa'\n");
    expect(told(python, "suppression")).toEqual(["1:11 # noqa", "2:8 # type: ignore[x]"]);
    expect((await reviewText("a.txt", "@ts-ignore\n")).findings).toEqual([]);
  });
});

describe("a file's review", () => {
  it("says nothing about the lines of a binary file, but counts it", async () => {
    const review = await reviewText("a.bin", "TODO \nx\0\nTODO\n");
    expect(review).toMatchObject({ binary: true, lines: 3, words: 3, bytes: 14, findings: [], places: {} });
  });

  it("says of JSON with a NUL byte that it does not parse", async () => {
    expect(told(await reviewText("a.json", "{\0}"), "json")).toEqual([
      '1:2 does not parse: expected a key in double quotes or "}", found the byte 0x00',
    ]);
  });

  it("tells where a text stops being UTF-8", async () => {
    const review = await reviewText("a.txt", Buffer.from([0x61, 0x0a, 0x62, 0xe9, 0x0a]));
    expect(told(review, "not-utf-8")).toEqual(["2 holds bytes that are not UTF-8"]);
  });

  it("keeps the most important findings, and says how many it left out", async () => {
    const review = await reviewText("a.md", `${"TODO \n".repeat(500)}\n[gone](gone.md)\n`, { pieceBytes: 4096 });
    expect(review.findings).toHaveLength(MAX_FINDINGS);
    expect(review.findings[0]?.kind).toBe("link");
    expect(review.findingsLeftOut).toBe(500 + 1 + 1 - MAX_FINDINGS);
    expect(review.places).toEqual({ link: 1, todo: 500, "trailing-white-space": 500 });
  });

  it("stays far below the size of a message, whatever the file holds", async () => {
    const review = await reviewText("a.txt", `TODO ${"\u0001".repeat(300)}\n`.repeat(500), { pieceBytes: 4096 });
    expect(JSON.stringify(review).length).toBeLessThan(128 * 1024);
  });

  it("looks at no more than the start of an endless line, and still counts all of it", async () => {
    const review = await reviewText("a.txt", `${"x".repeat(MAX_LINE_BYTES)} TODO\nTODO\n`, { pieceBytes: 65_536 });
    expect(told(review, "todo")).toEqual(["2:1 TODO"]);
    expect(review.longestLine).toEqual({ line: 1, characters: MAX_LINE_BYTES + 5 });
  });

  it("carries the hash of its content", async () => {
    expect((await reviewText("a", "abc")).sha256).toBe(createHash("sha256").update("abc").digest("hex"));
  });

  it("is asked of the specialist for its ending", () => {
    const files = ["a.mts", "b.JSX", "c.pyi", "d.md", "e.json", "f", "g.jsonl", "ts"];
    expect(files.map(capabilityFor)).toEqual([
      "review.typescript",
      "review.typescript",
      "review.python",
      "review.markdown",
      "review.json",
      "review.general",
      "review.json",
      "review.general",
    ]);
    expect(CAPABILITIES).toContain("review.general");
  });
});
