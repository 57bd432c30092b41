import { once } from "node:events";
import { readdir, readFile, symlink, writeFile } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readReport, runCli } from "./run-cli.js";
import { countWithWc } from "./sample-directory.js";
import { openScratchFolder } from "./scratch-folder.js";

/** What a refusal must look like: one sentence, on standard error, without a stack. */
const refusal = (sentence: string | RegExp) => ({
  code: 1,
  stdout: "",
  stderr: expect.stringMatching(
    typeof sentence === "string" ? `^${sentence.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}\n$` : sentence,
  ),
});

describe("the command refuses with a sentence and exit code 1", () => {
  it("a directory that is not there, and one that is none", async () => {
    await using folder = await openScratchFolder();
    await writeFile(join(folder.path, "file"), "");
    expect(await runCli(folder.path, ["gone"])).toEqual(refusal(`${folder.path}/gone is not there.`));
    expect(await runCli(folder.path, ["file/x"])).toEqual(refusal(`${folder.path}/file/x is not there.`));
    expect(await runCli(folder.path, ["file"])).toEqual(refusal(`${folder.path}/file is no directory.`));
    expect(await readdir(folder.path)).toEqual(["file"]);
  });

  it("a Redis that does not run, and one that does not answer, within seconds", async () => {
    await using folder = await openScratchFolder();
    // It takes connections, and says nothing. Whoever gives up may do so by a reset.
    const silent = createServer((socket) => void socket.on("error", () => {}));
    silent.listen(0, "127.0.0.1");
    await once(silent, "listening");
    const { port } = silent.address() as AddressInfo;
    const refused = async (url: string): Promise<void> => {
      const begun = performance.now();
      const run = await runCli(folder.path, [".", "--processes", "--transport", "redis", "--redis-url", url]);
      expect(run).toEqual(refusal(/^Redis at redis:\/\/127\.0\.0\.1:\d+\/? can't be used: [^\n]+\.\n$/));
      expect(performance.now() - begun).toBeLessThan(10_000);
    };
    try {
      await Promise.all([refused("redis://127.0.0.1:1"), refused(`redis://127.0.0.1:${port}`)]);
    } finally {
      silent.close();
    }
    expect(await readdir(folder.path)).toEqual([]);
  });

  it("processes on the memory transport, and options that it does not know", async () => {
    await using folder = await openScratchFolder();
    expect(await runCli(folder.path, ["--processes"])).toEqual(refusal(/^--processes .* add --transport redis\.\n$/));
    expect(await runCli(folder.path, ["--wrong"])).toEqual(refusal("Unknown option '--wrong'. See --help."));
    const wrongEnv = await runCli(folder.path, [], { AGENT_COMMUNICATION_MODE: "sql" });
    expect(wrongEnv).toEqual(refusal(/AGENT_COMMUNICATION_MODE/));
  });

  it("a folder for the report that can't be made", async () => {
    await using folder = await openScratchFolder();
    await writeFile(join(folder.path, "file"), "");
    const run = await runCli(folder.path, [".", "--out", "file/out"]);
    expect(run).toEqual(refusal(/^The report can't be written to .*file\/out: .*\.\n$/));
  });
});

describe("the command", () => {
  it("prints its help", async () => {
    await using folder = await openScratchFolder();
    const run = await runCli(folder.path, ["--help"]);
    expect(run).toEqual({ code: 0, stderr: "", stdout: expect.stringContaining("Usage: pnpm demo [directory]") });
    expect(await readdir(folder.path)).toEqual([]);
  });

  it("puts the report into a folder of the caller's that git ignores, and never reviews it", async () => {
    await using folder = await openScratchFolder();
    await writeFile(join(folder.path, "a.txt"), "one two\n");
    const before = countWithWc(folder.path);
    for (const ownFiles of [[], [".gitignore", "report.json", "report.md"].map((name) => `agentcomm-report/${name}`)]) {
      const run = await runCli(folder.path, ["."]);
      expect(run).toMatchObject({ code: 0, stderr: "" });
      const report = await readReport(join(folder.path, "agentcomm-report/report.json"));
      expect(report.totals).toEqual({ ...before, skipped: 0 });
      expect(report.notReviewed.ownFiles).toEqual(ownFiles);
    }
    expect(await readFile(join(folder.path, "agentcomm-report/.gitignore"), "utf8")).toBe("*\n");
    expect(await readFile(join(folder.path, "agentcomm-report/report.md"), "utf8")).toMatch(/^# Review\n\n/);
  });

  it("does not review an earlier report that it reaches by another path", async () => {
    await using folder = await openScratchFolder();
    await symlink(folder.path, join(folder.path, "link"));
    for (let round = 0; round < 2; round++) {
      expect((await runCli(folder.path, ["link", "--out", "."])).code).toBe(0);
    }
    const report = await readReport(join(folder.path, "report.json"));
    expect(report.totals.files).toBe(0);
    expect(report.notReviewed).toMatchObject({ ownFiles: ["report.json", "report.md"], symbolicLinks: 1 });
  });

  it("in a pipe writes plain lines, and what it left out", async () => {
    await using folder = await openScratchFolder();
    await writeFile(join(folder.path, "a.md"), "[gone](gone.md)\n");
    const { stdout } = await runCli(folder.path, ["."]);
    expect(stdout).not.toContain("\u001b");
    expect(stdout).toMatch(/^Reviewing .*: 1 file, memory transport\n/);
    expect(stdout).toMatch(/\n100 % {2}1 of 1 files .*\n/);
    expect(stdout).toMatch(/\nreview\.markdown +1 +0 +1 +0 +1 +16 +1\n/);
    expect(stdout).toMatch(/\nDone in .*report\.md and .*report\.json\n$/);
  });

  it("with --json writes nothing but report.json on standard output", async () => {
    await using folder = await openScratchFolder();
    await writeFile(join(folder.path, "a.md"), "x\n");
    const run = await runCli(folder.path, [".", "--json", "--out", "out"]);
    expect(run.stdout).toBe(await readFile(join(folder.path, "out/report.json"), "utf8"));
    expect(JSON.parse(run.stdout)).toMatchObject({ totals: { files: 1, skipped: 0, lines: 1, words: 1, bytes: 2 } });
    expect(run.stderr).toContain("Reviewing");
  });

  it("writes the audit log where it is told", async () => {
    await using folder = await openScratchFolder();
    await writeFile(join(folder.path, "a.md"), "x\n");
    expect((await runCli(folder.path, [".", "--log-dir", "logs", "--out", "out"])).code).toBe(0);
    const [day = ""] = await readdir(join(folder.path, "logs"));
    const tasks = await readFile(join(folder.path, "logs", day, `task_history_${day}.jsonl`), "utf8");
    expect(
      tasks
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line)),
    ).toEqual(expect.arrayContaining([expect.objectContaining({ event: expect.stringMatching(/completed/i) })]));
  });
});
