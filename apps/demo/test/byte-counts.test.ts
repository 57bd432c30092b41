import { execFileSync } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type ByteCounts, createByteCounter, type WordRule } from "../src/review/byte-counts.js";
import { isPrintable } from "../src/review/printable.js";
import { openScratchFolder } from "./scratch-folder.js";

const count = (content: string | Uint8Array, rule: WordRule = "utf-8", pieceBytes = 3): ByteCounts => {
  const counter = createByteCounter(rule);
  const bytes = Buffer.from(content);
  for (let at = 0; at < bytes.length; at += pieceBytes) counter.add(bytes.subarray(at, at + pieceBytes));
  return counter.end();
};

const SAMPLES: Readonly<Record<string, string | Uint8Array>> = {
  empty: "",
  "no newline at the end": "one two\nthree",
  "newlines only": "\n\n\n",
  "carriage returns": "a b\r\nc\r\n",
  "all six separators": "a\tb\nc\vd\fe\rf g",
  accents: "déjà vu — naïve\n",
  "an accent and a dash alone": "é — à\n",
  "wide spaces": "a\u00a0b\u2003c\u3000d\u202fe\n",
  emoji: "👩‍🚀 🎉 ok\n",
  "bytes that are not UTF-8": Buffer.from([0x41, 0xff, 0x20, 0xc3, 0x28, 0x0a, 0xe2, 0x82]),
  "a binary file": Buffer.from(Array.from({ length: 4096 }, (_, at) => (at * 197 + (at >> 3)) & 0xff)),
  "control characters": "\u0001\u0002 a \u001b[0m\n",
};

describe("counting a file", () => {
  it.each(["utf-8", "posix"] as const)("agrees with wc in a %s locale", async (rule) => {
    await using folder = await openScratchFolder();
    for (const [name, content] of Object.entries(SAMPLES)) {
      const file = join(folder.path, "sample");
      await writeFile(file, content);
      // Whether a control character or a lone accent is a word is wc's own affair, and newer versions see it otherwise.
      const wordsDiffer = rule === "posix" || name === "control characters" || name === "a binary file";
      const columns = wordsDiffer ? "-lc" : "-lwc";
      const wc = execFileSync("wc", [columns, file], {
        env: { LC_ALL: rule === "utf-8" ? "C.UTF-8" : "C" },
      }).toString();
      const { lines, words, bytes } = count(content, rule);
      const ours = wordsDiffer ? [lines, bytes] : [lines, words, bytes];
      expect(wc.trim().split(/\s+/).slice(0, -1).map(Number), name).toEqual(ours);
    }
  });

  // What GNU wc 9.1 answers.
  it.each([
    ["é — à\n", "utf-8", 3],
    ["é — à\n", "posix", 0],
    ["\u0001 a \u0378 \u001b[0m\n", "utf-8", 2],
    ["a\u2028b\n", "utf-8", 1],
    ["a\u2060b\n", "utf-8", 2],
    ["\u2ffb \u2fff\n", "utf-8", 1],
    [Buffer.from([0xff, 0x20, 0xed, 0xa0, 0x80, 0x20, 0xf4, 0x90, 0x80, 0x80]), "utf-8", 0],
  ] as const)("words: %j in %s are %i", (content, rule, words) => {
    expect(count(content, rule).words).toBe(words);
  });

  it("282,145 characters can begin a word, of all that there are", () => {
    const separators = new Set([0x20, 0xa0, 0x1680, 0x202f, 0x205f, 0x2060, 0x3000]);
    for (let codePoint = 0x2000; codePoint <= 0x200a; codePoint++) separators.add(codePoint);
    let begin = 0;
    for (let codePoint = 0; codePoint <= 0x10ffff; codePoint++) {
      if (isPrintable(codePoint) && !separators.has(codePoint)) begin += 1;
    }
    expect(begin).toBe(282_145);
  });

  it("counts the same in pieces of any size", () => {
    for (const content of Object.values(SAMPLES)) {
      const whole = count(content, "utf-8", 1 << 20);
      for (const pieceBytes of [1, 2, 5]) expect(count(content, "utf-8", pieceBytes)).toEqual(whole);
    }
  });

  it("blank lines are those of nothing but white space, the last one too", () => {
    expect(count("a\n\n \t\r\n\nb\n  ").blankLines).toBe(4);
    expect(count("").blankLines).toBe(0);
    expect(count("a\n").blankLines).toBe(0);
  });

  it("the longest line is measured in characters, without its line end", () => {
    expect(count("ab\r\nèèè\nx\t\n").longestLine).toEqual({ line: 2, characters: 3 });
    expect(count("\n\n").longestLine).toEqual({ line: 1, characters: 0 });
    expect(count("a\nbb").longestLine).toEqual({ line: 2, characters: 2 });
    expect(count("").longestLine).toBeUndefined();
  });

  it("a NUL byte makes it binary, and the first line that is not UTF-8 is told", () => {
    expect(count("a\0b").binary).toBe(true);
    expect(count("ab").binary).toBe(false);
    expect(count(Buffer.from([0x61, 0x0a, 0x62, 0xe9, 0x0a])).notUtf8Line).toBe(2);
    expect(count(Buffer.from([0x61, 0x0a, 0xc3])).notUtf8Line).toBe(2);
    expect(count("é\n").notUtf8Line).toBeUndefined();
  });
});
