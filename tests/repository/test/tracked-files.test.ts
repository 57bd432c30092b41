import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { repositoryFiles, root } from "./workspace.js";

test("the lockfile holds no address: it installs from whatever registry a machine uses", () => {
  const lines = readFileSync(join(root, "pnpm-lock.yaml"), "utf8").split("\n");
  expect(lines.filter((line) => /https?:|tarball:|registry\./.test(line))).toEqual([]);
});

test("no file holds a path of the machine it was written on", () => {
  // Somebody's home, or the folder this very repository lies in.
  const places = [root, `${homedir()}/`].filter((place) => place.length > 3);
  const home = /(?<![\w.])\/(?:home|Users)\/\w+\//;
  const found = repositoryFiles().filter((file) => {
    const text = readFileSync(join(root, file), "utf8");
    return home.test(text) || places.some((place) => text.includes(place));
  });
  expect(found).toEqual([]);
});
