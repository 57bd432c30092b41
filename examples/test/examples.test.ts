import { execFile } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { openStore, type Store, transportKinds } from "@agentcomm/test-transports";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const run = promisify(execFile);
const folder = join(import.meta.dirname, "..");
const examples = readdirSync(folder).filter((name) => /^\d\d-.*\.ts$/.test(name));

it("there is at least one example for each number from 01 to 08", () => {
  const numbers = new Set(examples.map((name) => name.slice(0, 2)));
  expect([...numbers].sort()).toEqual(["01", "02", "03", "04", "05", "06", "07", "08"]);
});

it.each(examples)("%s has less than 80 lines and says how to run it", (name) => {
  const text = readFileSync(join(folder, name), "utf8");
  expect(text.trimEnd().split("\n").length).toBeLessThan(80);
  expect(text).toContain(`node ${name}`);
});

describe.each(transportKinds)("on %s", (kind) => {
  let store: Store;
  beforeAll(async () => {
    store = await openStore(kind);
  });
  afterAll(() => store.close());

  it.each(examples)("%s does what it checks, and ends by itself", async (name) => {
    const env = { ...process.env, ...store.env, AGENT_COMMUNICATION_MODE: kind };
    const { stdout, stderr } = await run(process.execPath, [name], { cwd: folder, env, timeout: 30_000 });
    expect(stdout.length).toBeGreaterThan(0);
    expect(stderr).toBe("");
  });
});
