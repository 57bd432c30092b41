import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { startRedis } from "@agentcomm/test-redis";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { emptyProject, packAll, type Tarballs } from "./packed.js";
import { readmeExample } from "./readme.js";
import { publishedPackages } from "./workspace.js";

let tarballs: Tarballs;
beforeAll(async () => {
  tarballs = await packAll();
});
afterAll(() => tarballs[Symbol.asyncDispose]());

// npm may have to fetch what the packages import.
const timeout = 120_000;

describe.each(publishedPackages.map((each) => [each.manifest.name, each] as const))("%s, packed", (name, each) => {
  test("installs with what it imports and nothing else, and loads by import and by require", { timeout }, async () => {
    await using project = await emptyProject();
    await project.install(tarballs.with([name]));
    for (const entry of Object.keys(each.manifest.exports ?? {}).filter((entry) => !entry.endsWith(".json"))) {
      const specifier = JSON.stringify(join(name, entry));
      const names = await project.node(["-p", `Object.keys(require(${specifier})).length`]);
      expect(Number(names), `exports of ${specifier}`).toBeGreaterThan(0);
      await project.node(["--input-type=module", "-e", `await import(${specifier})`]);
    }
  });

  test("runs the example of its README after the README's npm install", { timeout }, async () => {
    await runReadmeExample(each.folder);
  });
});

test("the repository's README shows what its example prints", { timeout }, async () => {
  expect(await runReadmeExample(".")).toBe("{ words: 6 }\n");
});

async function runReadmeExample(folder: string): Promise<string> {
  const { install, code } = readmeExample(folder);
  await using project = await emptyProject();
  await using redis = await startRedis();
  const ours = tarballs.with(install);
  await project.install([...ours, ...install.filter((what) => !what.startsWith("@agentcomm/") && what !== "-D")]);
  const example = code.replaceAll(/redis:\/\/(localhost|127\.0\.0\.1):6379/g, redis.url);
  const isTestFile = /from "vitest"|from "@agentcomm\/transport-conformance"/.test(example);
  const file = isTestFile ? "example.test.ts" : "example.ts";
  await writeFile(join(project.folder, file), example);
  return await project.node(isTestFile ? ["node_modules/vitest/vitest.mjs", "run"] : [file], { REDIS_URL: redis.url });
}
