import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type RedisServer, startRedis } from "@agentcomm/test-redis";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { processesWith, startCli, startOnTerminal } from "./run-cli.js";
import { openScratchFolder } from "./scratch-folder.js";

const MARK = "AGENTCOMM_DEMO_TEST";
const SHOW_CURSOR = "\u001b[?25h";
const HIDE_CURSOR = "\u001b[?25l";
const CTRL_C = "\u0003";

describe("on a terminal", () => {
  let redis: RedisServer;
  let folder: Awaited<ReturnType<typeof openScratchFolder>>;

  beforeAll(async () => {
    // Not one that belongs to somebody else: who is killed tidies nothing up.
    redis = await startRedis();
    folder = await openScratchFolder();
    await mkdir(join(folder.path, "many"));
    await mkdir(join(folder.path, "few"));
    // So many that nobody reviews them before Ctrl-C is typed.
    const many = Array.from({ length: 10_000 }, (_, at) => join(folder.path, "many", `${at}.md`));
    for (let at = 0; at < many.length; at += 500) {
      await Promise.all(many.slice(at, at + 500).map((file) => writeFile(file, "# A\n")));
    }
    for (let at = 0; at < 30; at++) await writeFile(join(folder.path, "few", `${at}.ts`), "export {};\n");
  });
  afterAll(async () => {
    await folder[Symbol.asyncDispose]();
    await redis.stop();
  });

  /** Runs the command there; as soon as the picture shows work, types something. */
  async function run(args: readonly string[], type?: string, env: Record<string, string> = {}) {
    const mark = randomUUID();
    const terminal = startOnTerminal(folder.path, args, { columns: 50, rows: 20 }, { ...env, [MARK]: mark });
    let text = "";
    let processes: number[] = [];
    let typed = false;
    terminal.stdout?.setEncoding("utf8").on("data", (piece: string) => {
      text += piece;
      if (type === undefined || typed || !/[1-9]\d* of \d/.test(text)) return;
      typed = true;
      void processesWith(MARK, mark).then((found) => {
        processes = found;
        terminal.stdin?.write(type);
      });
    });
    const [code] = (await once(terminal, "close")) as [number];
    await expect.poll(() => processesWith(MARK, mark)).toEqual([]);
    return { code, text, processes };
  }

  const cursorIsBack = (text: string): boolean => text.lastIndexOf(SHOW_CURSOR) > text.lastIndexOf(HIDE_CURSOR);

  it.each([
    ["in one process", () => [], 3],
    ["with a process per agent", () => ["--transport", "redis", "--redis-url", redis.url, "--processes"], 9],
  ])("Ctrl-C ends everything, %s, and gives the cursor back", async (_, makeArgs, leastProcesses) => {
    const { code, text, processes } = await run(["many", "--out", "interrupted", ...makeArgs()], CTRL_C);
    expect(code).toBe(130);
    expect(text).toContain(HIDE_CURSOR);
    expect(cursorIsBack(text)).toBe(true);
    expect(text).not.toContain("Done in");
    expect(text).not.toMatch(/\n {4}at /);
    // script, its shell that became the command, and the agents.
    expect(processes.length).toBeGreaterThanOrEqual(leastProcesses - 1);
    expect(await readdir(join(folder.path, "interrupted"))).toEqual([]);
  });

  it("Ctrl-C typed twice ends at once, and gives the cursor back", async () => {
    const { code, text } = await run(["many", "--out", "interrupted"], CTRL_C + CTRL_C);
    expect(code).toBe(130);
    expect(cursorIsBack(text)).toBe(true);
  });

  it("agents end with the process that started them, also when it is killed", async () => {
    const mark = randomUUID();
    const args = ["many", "--out", "killed", "--transport", "redis", "--redis-url", redis.url, "--processes"];
    const child = startCli(folder.path, args, { [MARK]: mark });
    let text = "";
    child.stdout.setEncoding("utf8").on("data", (piece: string) => {
      text += piece;
    });
    await expect.poll(() => text, { timeout: 20_000 }).toContain("Reviewing");
    expect((await processesWith(MARK, mark)).length).toBe(7);
    child.kill("SIGKILL");
    await expect.poll(() => processesWith(MARK, mark), { timeout: 10_000 }).toEqual([]);
  });

  it("the picture is redrawn in place, never wider than the terminal, and ends complete", async () => {
    const { code, text } = await run(["few", "--out", "drawn"], undefined, { NO_COLOR: "1" });
    expect(code).toBe(0);
    expect(cursorIsBack(text)).toBe(true);
    const picture = text.slice(text.indexOf(HIDE_CURSOR), text.indexOf(SHOW_CURSOR));
    expect(picture).toContain("\u001b[7A\r");
    expect(picture).toContain("100 %  30 of 30 files");
    const lines = picture.split("\r\n").map((line) => line.replace(/\p{Cc}\[\??\d*[A-Za-z]/gu, "").replace(/\r/g, ""));
    for (const line of lines) expect([...line].length).toBeLessThan(50);
    expect(text.slice(text.indexOf(SHOW_CURSOR))).toMatch(/review\.typescript +30 .*\r\n/);
  });
});
