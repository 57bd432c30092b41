import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { openSharedRedis, type SharedRedis } from "@agentcomm/test-redis";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { processesWith, readReport, runCli } from "./run-cli.js";
import { countWithWc, plantSample, type WcTotals } from "./sample-directory.js";
import { openScratchFolder } from "./scratch-folder.js";

const MARK = "AGENTCOMM_DEMO_TEST";

describe("the totals of report.json equal those of find and wc", () => {
  let redis: SharedRedis;
  let folder: Awaited<ReturnType<typeof openScratchFolder>>;
  let directory: string;
  let expected: WcTotals;

  beforeAll(async () => {
    redis = await openSharedRedis();
    folder = await openScratchFolder();
    directory = join(folder.path, "sample");
    await plantSample(directory);
    expected = countWithWc(directory);
  });
  afterAll(async () => {
    await folder[Symbol.asyncDispose]();
    await redis.stop();
  });

  const redisArgs = (): string[] => ["--transport", "redis", "--redis-url", redis.url];
  it.each([
    ["on memory", () => []],
    ["on memory with a worker killed", () => ["--kill"]],
    ["on Redis", redisArgs],
    ["on Redis with a worker killed", () => [...redisArgs(), "--kill"]],
    ["on Redis with a process per agent", () => [...redisArgs(), "--processes"]],
    ["on Redis with a process per agent and one killed", () => [...redisArgs(), "--processes", "--kill"]],
  ])("%s", async (_, makeArgs) => {
    const args = makeArgs();
    const out = join(folder.path, randomUUID());
    const mark = randomUUID();
    const run = await runCli(folder.path, ["sample", "--out", out, ...args], { [MARK]: mark });
    expect(run).toMatchObject({ code: 0, stderr: "" });

    const report = await readReport(join(out, "report.json"));
    expect(report.totals).toEqual({ ...expected, skipped: 1 });
    expect(report.skipped).toMatchObject([{ path: expect.stringMatching(/u{250}$/), reason: "ENAMETOOLONG" }]);
    expect(report.files.length + report.skipped.length).toBe(expected.files);
    const reviews = report.tasks.filter(({ path }) => path !== undefined);
    expect(new Set(reviews.map(({ path }) => path)).size).toBe(expected.files);
    expect(
      report.tasks.every(({ state, attempts }) => state === "completed" && attempts.at(-1)?.outcome === "completed"),
    ).toBe(true);

    if (args.includes("--kill")) {
      const { killed } = report;
      expect(killed?.tasks.length).toBeGreaterThan(0);
      for (const { taskId, first, second } of killed?.tasks ?? []) {
        const task = report.tasks.find((candidate) => candidate.taskId === taskId);
        expect(task?.agents.slice(0, 2)).toEqual([first, second]);
        expect(first).toBe(killed?.worker);
        expect(second).not.toBe(first);
        expect(task?.attempts[0]?.outcome).toBe("lost");
      }
      expect(report.crew.filter(({ lost }) => lost).map(({ id }) => id)).toEqual([killed?.worker]);
      expect(report.durationMs).toBeLessThan(30_000);
    } else {
      expect(report.killed).toBeNull();
    }
    expect(await processesWith(MARK, mark)).toEqual([]);
  });

  it("with .git and node_modules", async () => {
    const out = join(folder.path, randomUUID());
    expect((await runCli(folder.path, ["sample", "--all", "--out", out])).code).toBe(0);
    const report = await readReport(join(out, "report.json"));
    expect(report.totals).toEqual({ ...countWithWc(directory, { all: true }), skipped: 1 });
    expect(report.notReviewed.notEntered).toEqual([]);
  });

  it("in the C locale, where wc sees other words", async () => {
    const out = join(folder.path, randomUUID());
    expect((await runCli(folder.path, ["sample", "--out", out], { LC_ALL: "C" })).code).toBe(0);
    const report = await readReport(join(out, "report.json"));
    const { words, ...rest } = countWithWc(directory, { locale: "C" });
    expect(report.totals).toMatchObject(rest);
    expect(report.wordRule).toBe("posix");
    // Newer versions of wc see words where 9.1 and older see none.
    expect(report.totals.words).toBeLessThanOrEqual(words);
  });

  it("of an empty directory are zero, also when a worker was to be killed", async () => {
    const out = join(folder.path, randomUUID());
    expect((await runCli(folder.path, ["sample/empty", "--kill", "--out", out])).code).toBe(0);
    const report = await readReport(join(out, "report.json"));
    expect(report.totals).toEqual({ files: 0, skipped: 0, lines: 0, words: 0, bytes: 0 });
    expect(report.killed).toBeNull();
  });

  it("of a single file, whose worker is killed", async () => {
    const out = join(folder.path, randomUUID());
    expect((await runCli(folder.path, ["sample/node_modules/left", "--kill", "--out", out])).code).toBe(0);
    const report = await readReport(join(out, "report.json"));
    expect(report.totals).toEqual({ files: 1, skipped: 0, lines: 1, words: 3, bytes: 20 });
    expect(report.killed?.tasks).toMatchObject([{ path: "index.js" }]);
  });
});
