import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { HELP } from "../src/cli/help.js";
import { type DemoOptions, parseOptions } from "../src/cli/options.js";

const parse = (argv: readonly string[], env: Record<string, string> = {}): DemoOptions => {
  const options = parseOptions({ argv, env, callerFolder: "/caller/folder" });
  if (options === "help") throw new Error("help was not asked for");
  return options;
};

describe("the command line", () => {
  it("without arguments means this repository, on the memory transport", () => {
    const options = parse([]);
    expect(existsSync(join(options.directory, "pnpm-workspace.yaml"))).toBe(true);
    expect(options).toMatchObject({ transport: "memory", processes: false, kill: false, all: false, json: false });
    expect(options.out).toBe("/caller/folder/agentcomm-report");
    expect(options.logDir).toBeUndefined();
  });

  it("takes relative paths from the caller's folder", () => {
    const options = parse(["src", "--out", "../report", "--log-dir=logs"]);
    expect(options).toMatchObject({
      directory: "/caller/folder/src",
      out: "/caller/report",
      logDir: "/caller/folder/logs",
    });
    expect(parse(["/abs"]).directory).toBe("/abs");
  });

  it("takes every option, also behind the dashes that pnpm hands on", () => {
    const given = [
      "--transport",
      "redis",
      "--redis-url",
      "redis://h:1",
      "--processes",
      "--kill",
      "--all",
      "--json",
      "x",
    ];
    const expected = {
      transport: "redis",
      redisUrl: "redis://h:1",
      processes: true,
      kill: true,
      all: true,
      json: true,
    };
    expect(parse(given)).toMatchObject({ ...expected, directory: "/caller/folder/x" });
    expect(parse(["--", ...given])).toMatchObject(expected);
  });

  it("goes before the environment, and the environment before the defaults", () => {
    const env = {
      AGENT_COMMUNICATION_MODE: "redis",
      REDIS_URL: "redis://env:1",
      AGENT_LOG_DIR: "l",
      AGENT_MAX_RETRIES: "7",
    };
    expect(parse([], env)).toMatchObject({
      transport: "redis",
      redisUrl: "redis://env:1",
      logDir: "/caller/folder/l",
      maxRetries: 7,
    });
    expect(parse(["--redis-url", "redis://own:1", "--log-dir", "m"], env)).toMatchObject({
      redisUrl: "redis://own:1",
      logDir: "/caller/folder/m",
    });
    expect(parse(["--transport", "memory"], env).transport).toBe("memory");
  });

  it.each([
    [["a", "b"], 'One directory, please: "a" and "b" are two. See --help.'],
    [[""], "The directory is an empty string. See --help."],
    [["--nonsense"], "Unknown option '--nonsense'. See --help."],
    [["--out"], "Option '--out <value>' argument missing. See --help."],
    [["--kill=yes"], "Option '--kill' does not take an argument. See --help."],
    [["--out="], "--out is an empty string: give the path of a folder."],
    [["--transport", "sql"], '--transport is "sql": use memory or redis.'],
    [
      ["--redis-url", "redis://h"],
      "--redis-url says where Redis is, but the transport is memory: add --transport redis.",
    ],
    [
      ["--transport=redis", "--redis-url", "http://user:secret@h"],
      "--redis-url is no Redis address: use redis://host:port, or rediss:// for TLS.",
    ],
    [
      ["--processes"],
      "--processes puts each agent into a process of its own, and the memory transport ends at the process: add --transport redis.",
    ],
  ])("refuses %j in one sentence", (argv, message) => {
    expect(() => parse(argv)).toThrow(expect.objectContaining({ name: "UserError", message }));
  });

  it("refuses a wrong environment variable by its name", () => {
    expect(() => parse([], { AGENT_COMMUNICATION_MODE: "sql" })).toThrow(/AGENT_COMMUNICATION_MODE/);
  });

  it("--help tells every option, whatever else is wrong", () => {
    expect(parseOptions({ argv: ["--help", "a", "b"], env: {}, callerFolder: "/" })).toBe("help");
    for (const option of ["transport", "redis-url", "processes", "kill", "all", "out", "json", "log-dir", "help"]) {
      expect(HELP).toContain(`--${option}`);
    }
    for (const line of HELP.split("\n")) expect(line.length).toBeLessThanOrEqual(100);
  });
});
