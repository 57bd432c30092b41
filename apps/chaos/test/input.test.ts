import { openSharedRedis, type SharedRedis } from "@agentcomm/test-redis";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readCorpus } from "../src/input/corpus.js";
import { inputClasses } from "../src/input/input-classes.js";
import { type RunInputOptions, runInput } from "../src/input/run-input.js";

const CASES = 2_000;
const SEED = 20_260_115;
// One class takes a second or two where nothing else runs.
const PATIENCE = 180_000;

let redis: SharedRedis;
beforeAll(async () => {
  redis = await openSharedRedis();
});
afterAll(() => redis.stop());

const run = async (options: Partial<RunInputOptions>) => {
  const [result] = await runInput({ cases: CASES, seed: SEED, redisUrl: redis.url, ...options });
  return result ?? expect.unreachable();
};

describe("bad input", () => {
  test.each(inputClasses)("$name: $title", { timeout: PATIENCE }, async ({ name }) => {
    const { failures, cases, corpusCases } = await run({ classes: [name] });
    expect(failures).toEqual([]);
    expect(cases).toBe(CASES);
    expect(corpusCases).toBe(readCorpus(name).length);
  });

  test("every case of the corpus is of a class, and says what it is about", () => {
    const names = inputClasses.map(({ name }) => name);
    const corpus = readCorpus();
    expect(corpus.filter((each) => !names.includes(each.class) || each.note === "" || each.case === undefined)).toEqual(
      [],
    );
    // Each class has something to remember.
    expect(names.filter((name) => readCorpus(name).length === 0)).toEqual([]);
  });
});

/** Starts the processes with a library that is changed when it decodes a message in which `valueOf` stands. */
function breaking(statement: string): Pick<RunInputOptions, "execArgv" | "classes" | "cases"> {
  const hooks = `
    import { registerHooks } from "node:module";
    registerHooks({
      load(url, context, next) {
        const loaded = next(url, context);
        if (!url.endsWith("/protocol/dist/codec.js")) return loaded;
        const original = String(loaded.source);
        const source = original.replace(/function decodeMessage\\(data, limits\\) \\{/, (head) =>
          head + 'if (Buffer.from(data).includes("valueOf")) ' + ${JSON.stringify(statement)});
        if (source === original) throw new Error("decodeMessage is not where it is changed");
        return { ...loaded, source };
      },
    });`;
  const execArgv = ["--import", `data:text/javascript,${encodeURIComponent(hooks)}`];
  return { execArgv, classes: ["special-keys"], cases: 600 };
}

describe("a library that is broken", () => {
  test("fails by the smallest case that shows it, and the same seed finds the same", {
    timeout: PATIENCE,
  }, async () => {
    const broken = breaking('throw new TypeError("no AgentCommError");');
    const first = await run(broken);
    expect(first.failures.length).toBeGreaterThan(0);
    for (const { message, seed, path, counterexample } of first.failures) {
      expect(message).toContain("no AgentCommError");
      expect(seed).toBe(SEED);
      expect(path).toMatch(/^\d+(?::\d+)*$/);
      expect(counterexample).toContain("valueOf");
    }
    // How small a case gets in the time that is given to it may differ; which one it is may not.
    const runs = ({ failures }: typeof first) => failures.map(({ path }) => path.split(":")[0]);
    expect(runs(await run(broken))).toEqual(runs(first));
  });

  test("ends its process, and that is laid to the case that did it", { timeout: PATIENCE }, async () => {
    const { failures, cases } = await run(breaking("process.exit(7);"));
    expect(failures).toMatchObject([
      { message: "the process ended with exit code 7", path: expect.stringMatching(/^\d+$/) },
    ]);
    expect(failures[0]?.counterexample).toContain("valueOf");
    expect(cases).toBeLessThan(600);
  });

  test("hangs, and that is laid to the case that did it", { timeout: PATIENCE }, async () => {
    const { failures } = await run({ ...breaking("for (;;);"), patienceMs: 6_000 });
    expect(failures).toMatchObject([{ message: "the process did not answer for 6000 ms" }]);
    expect(failures[0]?.counterexample).toContain("valueOf");
  });
});

test("a class that there is none of is refused, and a signal ends it all", async () => {
  await expect(run({ classes: ["nonsense"] })).rejects.toThrow("nonsense");
  const reason = new Error("enough");
  const stopping = new AbortController();
  const running = run({
    classes: ["json-syntax"],
    cases: 1_000_000,
    signal: stopping.signal,
    onProgress: () => stopping.abort(reason),
  });
  await expect(running).rejects.toBe(reason);
});
