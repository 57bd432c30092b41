import { type RedisServer, startRedis } from "@agentcomm/test-redis";
import { Redis } from "ioredis";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sampleMessages } from "../src/input/arbitraries/samples.js";
import { readCorpus } from "../src/input/corpus.js";
import type { EntryCase } from "../src/input/entries/entry-case.js";
import { inputClasses } from "../src/input/input-classes.js";
import { type RunInputOptions, runInput } from "../src/input/run-input.js";
import { bytesOf } from "../src/input/text-parts.js";
import { changing } from "./changed-library.js";

const CASES = 2_000;
// So few that one or two of them fail where those with one word do.
const FEW = 100;
const SEED = 20_260_115;
// One class takes a second or two where nothing else runs.
const PATIENCE = 180_000;

let redis: RedisServer;
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.stop());

const run = async (options: Partial<RunInputOptions>) => {
  const [result] = await runInput({ cases: CASES, seed: SEED, redisUrl: redis.url, ...options });
  return result ?? expect.unreachable();
};

describe("bad input", () => {
  test.each(inputClasses)("$name: $title", { timeout: PATIENCE }, async ({ name, certain = [] }) => {
    const { failures, cases, corpusCases } = await run({ classes: [name] });
    expect(failures).toEqual([]);
    expect(cases).toBe(certain.length + CASES);
    expect(corpusCases).toBe(readCorpus(name).length);
  });

  test("JSON is cut at every byte, whatever the seed", () => {
    const { certain = [] } = inputClasses.find(({ name }) => name === "json-syntax") ?? expect.unreachable();
    const cut = new Set(
      (certain as EntryCase[]).map(({ fields }) => String(bytesOf(fields[0]?.[1] ?? "").toString("hex"))),
    );
    const bytes = sampleMessages.map((message) => Buffer.from(JSON.stringify(message)));
    const parts = bytes.flatMap((whole) =>
      Array.from(whole, (_, at) => [whole.subarray(0, at), whole.subarray(at + 1)]),
    );
    expect(parts.flat().filter((part) => !cut.has(part.toString("hex")))).toEqual([]);
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

/** Starts the processes with a library that does something else when it decodes a message in which `valueOf` stands. */
function breaking(statement: string): Pick<RunInputOptions, "execArgv" | "classes" | "cases"> {
  const head = "function decodeMessage(data, limits) {";
  const changed = `${head} if (Buffer.from(data).includes("valueOf")) { ${statement} }`;
  return { execArgv: changing("protocol/dist/codec.js", head, changed), classes: ["special-keys"], cases: 600 };
}

/** Starts the processes with checks whose end does something else besides. */
function ending(statement: string): Pick<RunInputOptions, "execArgv" | "classes" | "cases"> {
  const head = "async [Symbol.asyncDispose]() {";
  const execArgv = changing("dist/input/classes/ids.js", head, `${head} ${statement}`);
  return { execArgv, classes: ["ids"], cases: 10 };
}

/** What a library does wrong, the class that must find it, where it is changed, and what is found. */
const BROKEN: readonly (readonly [
  wrong: string,
  className: string,
  file: string,
  text: string,
  other: string,
  found: string,
])[] = [
  [
    "acks what its handler threw at",
    "handlers",
    "protocol/dist/subscribe.js",
    "(thrown) => this.#threw(delivery, thrown)",
    "() => this.#handled(delivery)",
    "0 dead letters instead of 1",
  ],
  [
    "completes a task that threw",
    "handlers",
    "agent/dist/task-outcome.js",
    'return endedEarly(run) ?? { status: "failed", error: taskError(thrown) };',
    'return { status: "completed" };',
    "nobody was told",
  ],
  [
    "acks a message that an agent's handler threw at",
    "handlers",
    "agent/dist/message-handling.js",
    "throw thrown;",
    "return;",
    "0 dead letters instead of 1",
  ],
  [
    "works on input that its schema refused",
    "handlers",
    "agent/dist/task-outcome.js",
    'return failed("invalid_input", error);',
    "",
    "nobody was told",
  ],
  [
    "keeps silent about a listener that threw",
    "handlers",
    "protocol/dist/trouble.js",
    "failed(thrown);\n  }",
    "}",
    "failures were reported instead of",
  ],
  [
    "sends what JSON cannot say as null",
    "unsendable-values",
    "protocol/dist/copy-json.js",
    "default:\n      throw",
    "default:\n      return null; throw",
    "what JSON cannot say was taken",
  ],
  [
    "sends maps and promises as {}",
    "unsendable-values",
    "protocol/dist/copy-json.js",
    "if (!isPlain(value)) throw",
    "if (!isPlain(value)) return {}; if (false) throw",
    "what JSON cannot say was taken",
  ],
  [
    "sends what is no number as null",
    "unsendable-values",
    "protocol/dist/copy-json.js",
    "if (!Number.isFinite(value)) throw",
    "if (!Number.isFinite(value)) return null; if (false) throw",
    "what JSON cannot say was taken",
  ],
  [
    "sends every number as 0",
    "unsendable-values",
    "protocol/dist/copy-json.js",
    "return value + 0;",
    "return 0;",
    "it arrived as",
  ],
  [
    "takes any token",
    "ids",
    "transport-memory/dist/memory-driver.js",
    "if (mailbox?.settle(entry, now, deadAt) !== true) return leaseLost(entry.token);",
    "mailbox?.settle(entry, now, deadAt);",
    "it was not refused",
  ],
  [
    "says that it redrove what is not there",
    "ids",
    "transport-memory/dist/memory-driver.js",
    "async redrive(agentId, ids) {",
    "async redrive(agentId, ids) { return 1;",
    "there are none",
  ],
  [
    "drops the trace",
    "fields",
    "protocol/dist/codec.js",
    "message.trace = tracestate == null ? { traceparent } : { traceparent, tracestate };",
    "",
    "the trace was read as something else",
  ],
  [
    "logs nothing but timestamps",
    "logs",
    "file-logger/dist/record-line.js",
    "logger.info(record)",
    "logger.info({ timestamp: record.timestamp })",
    "does not say what was logged",
  ],
  [
    "logs no data",
    "logs",
    "file-logger/dist/log-book.js",
    "{ agent_id: agentId, event, data }",
    "{ agent_id: agentId, event }",
    "beside a secret is gone",
  ],
  [
    "logs into other folders",
    "logs",
    "file-logger/dist/log-kinds.js",
    "join(baseDir, day,",
    'join(baseDir, "elsewhere", day,',
    "no log has a file of the name",
  ],
  ["leaves marks of direction as they are", "logs", "file-logger/dist/safe-line.js", "\\u200e\\u200f", "", "U+200"],
  [
    "does not name the option that is wrong",
    "options",
    "protocol/dist/invalid-option.js",
    "function invalidOption(option, problem) {",
    'function invalidOption(option, problem) { option = "it";',
    "the error does not say that it is about",
  ],
];

describe("an id that gets out of its place", () => {
  const failing = (message: string) =>
    expect.arrayContaining([expect.objectContaining({ message: expect.stringContaining(message) })]);

  test("is found among the keys, whatever they begin with", { timeout: PATIENCE }, async () => {
    const client = new Redis(redis.url);
    try {
      await client.set("elsewhere", "x");
      const { failures } = await run({ classes: ["ids"], cases: 10 });
      expect(failures).toEqual(failing('a key is called "elsewhere"'));
    } finally {
      await client.del("elsewhere");
      client.disconnect();
    }
  });

  test("is found among the files of the log", { timeout: PATIENCE }, async () => {
    const head = "logAgentActivity(agentId, event, data = {}) {";
    const execArgv = changing(
      "file-logger/dist/create-file-logger.js",
      head,
      `${head} if (agentId === "CON") process.getBuiltinModule("node:fs").writeFileSync(this.baseDir + "/CON", "");`,
    );
    const { failures } = await run({ execArgv, classes: ["ids"], cases: 100 });
    expect(failures).toEqual(failing('a file is called "CON"'));
    expect(failures[0]?.counterexample).toContain("CON");
  });
});

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

  test.each(BROKEN)("%s: found by %s", { timeout: PATIENCE }, async (_wrong, name, file, text, other, found) => {
    const { failures } = await run({ execArgv: changing(file, text, other), classes: [name], cases: 600 });
    expect(failures.map(({ message }) => message)).toContainEqual(expect.stringContaining(found));
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
    const { failures } = await run({ ...breaking("for (;;);"), patienceMs: 4_000 });
    expect(failures).toMatchObject([{ message: "the process did not answer for 4000 ms" }]);
    expect(failures[0]?.counterexample).toContain("valueOf");
  });
});

describe("what nobody catches", () => {
  test("is laid to its case, also where it is no error, and to no other", { timeout: PATIENCE }, async () => {
    const { failures } = await run({ ...breaking("Promise.reject();"), cases: FEW });
    expect(failures.length).toBeGreaterThan(0);
    for (const { message, counterexample } of failures) {
      expect(message).toContain("something was thrown that nobody catches");
      expect(counterexample).toContain("valueOf");
    }
  });

  test("is not laid to the case that comes after, nor is what a transport told of", { timeout: PATIENCE }, async () => {
    const head = "async function checkEntries(store, entries) {";
    const execArgv = changing(
      "dist/input/entries/check-entries.js",
      head,
      `${head} if (entries.some(({ fields }) => String(fields[0]?.[1]).includes("valueOf"))) {
        store.troubles.push(new Error("left"));
        throw new Error("failed");
      }`,
    );
    const { failures } = await run({ execArgv, classes: ["special-keys"], cases: FEW });
    expect(failures.length).toBeGreaterThan(0);
    for (const { counterexample } of failures) expect(counterexample).toContain("valueOf");
  });

  test("is not laid to the case that comes after", { timeout: PATIENCE }, async () => {
    const { failures } = await run({
      ...breaking('Promise.reject(new Error("left")); throw new TypeError("failed");'),
      cases: FEW,
    });
    expect(failures.length).toBeGreaterThan(0);
    for (const { counterexample } of failures) expect(counterexample).toContain("valueOf");
  });

  test("is a failure of its class, also when it comes with the end of the checks", { timeout: PATIENCE }, async () => {
    const { failures } = await run(ending('Promise.reject(new Error("left behind"));'));
    expect(failures).toMatchObject([
      { message: expect.stringContaining("left behind"), path: "the end of the checks" },
    ]);
  });

  test("is a failure of its class, also when all was done", { timeout: PATIENCE }, async () => {
    const { failures } = await run(ending('setTimeout(() => { throw new Error("left behind"); }, 500);'));
    expect(failures).toMatchObject([
      { message: expect.stringMatching(/^the process was done, yet ended with exit code 1: [\s\S]*left behind/) },
    ]);
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
