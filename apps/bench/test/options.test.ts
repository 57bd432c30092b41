import { expect, test } from "vitest";
import { parseOptions } from "../src/cli/options.js";
import { ALL_WORKS } from "../src/works/all-works.js";

test("without arguments all works run in full, and the report is made", () => {
  expect(parseOptions([], "/here")).toMatchObject({
    works: ALL_WORKS,
    rounds: 5,
    scale: 1,
    out: expect.stringMatching(/docs\/bench\/results\.json$/),
  });
});

test("works are named, or series of them; a quick run leaves the report as it is", () => {
  const options = parseOptions(["--", "send", "sizes", "--quick"], "/here");
  if (options === "help") throw new Error("help was not asked for");
  expect(options.works.map(({ id }) => id)).toEqual(expect.arrayContaining(["send", "size-363", "size-65536"]));
  expect(options).toMatchObject({ rounds: 1, scale: 0.1, out: undefined });
  expect(parseOptions(["--out", "x.json", "--rounds", "2"], "/here")).toMatchObject({ out: "/here/x.json", rounds: 2 });
  expect(parseOptions(["-h"], "/here")).toBe("help");
});

test.each([
  [["nonsense"], 'There is no work "nonsense"'],
  [["--rounds", "0"], "--rounds"],
  [["--nonsense"], "--nonsense"],
])("%s is refused in a sentence", (argv, sentence) => {
  expect(() => parseOptions(argv, "/here")).toThrow(sentence);
});

test("the ids of works differ, and targets name contenders that are there", () => {
  expect(new Set(ALL_WORKS.map(({ id }) => id)).size).toBe(ALL_WORKS.length);
  for (const { contenders, targets = [], quantities } of ALL_WORKS) {
    const names = contenders.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const { contender, against, quantity } of targets) {
      expect(names).toContain(contender);
      if (against !== undefined) expect(names).toContain(against);
      expect(quantities).toContain(quantity);
    }
  }
});
