import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { publishedPackages, root } from "./workspace.js";

test("all packages are released together, under one version", () => {
  const config = JSON.parse(readFileSync(join(root, ".changeset/config.json"), "utf8")) as { fixed: string[][] };
  expect(config.fixed).toEqual([["@agentcomm/*"]]);
});

test("a changeset names packages that are published, how much changes, and what its reader must do", () => {
  const names = publishedPackages.map(({ manifest }) => manifest.name).join("|");
  const release = `["'](?:${names})["']: (?:patch|minor|major)`;
  const wellFormed = new RegExp(`^---\\n(?:${release}\\n)+---\\n\\s*\\S`);
  const files = globSync(".changeset/*.md", { cwd: root }).filter((file) => !file.endsWith("README.md"));
  expect(files.filter((file) => !wellFormed.test(readFileSync(join(root, file), "utf8")))).toEqual([]);
});
