import { describe, expect, it } from "vitest";
import type { JsonDialect } from "../src/review/json-dialect.js";
import { jsonDialect } from "../src/review/json-dialect.js";
import { createJsonSyntax, type JsonError } from "../src/review/json-syntax.js";

const check = (text: string, dialect: JsonDialect = "json", pieceBytes = 2): JsonError | undefined => {
  const syntax = createJsonSyntax(dialect);
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += pieceBytes) syntax.add(bytes.subarray(at, at + pieceBytes));
  return syntax.end();
};

const parses = (text: string): boolean => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};

// A small generator with a fixed seed: the same texts on every run.
function createRandom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return state % below;
  };
}

const TOKENS = [
  ..."{}[],:-0\\ \n\t/é".split(""),
  ...['"a"', '"', "\\u00e9", "\\u00g", "1", ".5", "1.", "e", "E+", "1e5", "true", "fals", "null", "01", "-0", "1.5e-3"],
  ...["\u0001", '{"k":1}', "[1,2]", '"\\n"', "\ufeff"],
];

describe("JSON that does not parse", () => {
  it("agrees with JSON.parse on 50,000 texts, right and wrong", () => {
    const random = createRandom(20_260);
    let right = 0;
    for (let round = 0; round < 50_000; round++) {
      let text = "";
      for (let length = random(6); length > 0; length--) text += TOKENS[random(TOKENS.length)];
      const expected = parses(text);
      if (expected) right += 1;
      expect(check(text) === undefined, JSON.stringify(text)).toBe(expected);
    }
    expect(right).toBeGreaterThan(1_000);
  });

  it.each([
    ["", 1, 1, "expected a value, found the end of the file"],
    ['{"a": 1,}', 1, 9, 'expected a key in double quotes, found "}"'],
    ["[1\n 2]", 2, 2, 'expected "," or "]", found "2"'],
    ['{\n  "é": tru\n}', 2, 11, "expected true"],
    ['{"a": 1} x', 1, 10, 'expected the end of the file, found "x"'],
    ['{"a": "b\n"}', 1, 9, "a string holds a control character, or does not end on its line"],
    ["// hi\n1", 1, 1, 'expected a value, found "/" (JSON has no comments)'],
    ["[1, 2", 1, 6, 'expected "," or "]", found the end of the file'],
    ["\ufeff{}", 1, 1, "a byte order mark, which JSON does not allow"],
    ['"\\x"', 1, 3, 'expected one of " \\ / b f n r t u, found "x"'],
  ])("%j: line %i, column %i", (text, line, column, message) => {
    expect(check(text)).toEqual({ line, column, message });
  });

  it("with comments, comments and a last comma are fine, other mistakes are not", () => {
    expect(check('// a\n{ /* b **/ "a": [1, 2,], // c\n}', "jsonc")).toBeUndefined();
    expect(check("\ufeff{}", "jsonc")).toBeUndefined();
    expect(check("[,]", "jsonc")?.column).toBe(2);
    expect(check('{"a" 1}', "jsonc")?.message).toBe('expected ":", found "1"');
    expect(check("{} /* open", "jsonc")?.message).toContain("found the end of the file");
  });

  it("of JSON lines each line is a value of its own", () => {
    expect(check('{"a":1}\n\n[2]\r\n3', "lines")).toBeUndefined();
    expect(check("", "lines")).toBeUndefined();
    expect(check('{"a":1}\n{"a":\n1}', "lines")).toMatchObject({ line: 2, column: 6 });
    expect(check("1 2", "lines")?.message).toBe('expected the end of the line, found "2"');
  });

  it("the dialect follows the file's name", () => {
    expect(jsonDialect("a/package.json")).toBe("json");
    expect(jsonDialect("tsconfig.build.json")).toBe("jsonc");
    expect(jsonDialect(".vscode/settings.json")).toBe("jsonc");
    expect(jsonDialect("x/log.JSONL")).toBe("lines");
    expect(jsonDialect("my-tsconfig.json")).toBe("json");
  });
});
