import { execFileSync } from "node:child_process";
import { mkdir, symlink, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { fileNameBytes, fileNameOf } from "../src/directory/file-name.js";
import { findFiles } from "../src/directory/find-files.js";
import { openScratchFolder, runDeepBelow } from "./scratch-folder.js";

/** What find prints, as raw names, sorted by bytes. */
const find = (directory: string, ...conditions: string[]): string[] =>
  execFileSync("find", [".", ...conditions, "-print0"], { cwd: directory })
    .toString("latin1")
    .split("\0")
    .filter((name) => name !== "")
    .map((name) => name.slice(2))
    .sort();

const raw = (names: readonly { readonly path: string }[]): string[] =>
  names.map((name) => fileNameBytes(name).toString("latin1"));

async function plant(directory: string): Promise<void> {
  for (const folder of ["a/b", ".git/objects", "a/node_modules/x", "empty"]) {
    await mkdir(join(directory, folder), { recursive: true });
  }
  const names = ["z", "a/one", "a/b/two", ".hidden", ".git/objects/pack", "a/node_modules/x/index.js", "new\nline"];
  for (const name of names) await writeFile(join(directory, name), name);
  await writeFile(Buffer.concat([Buffer.from(`${directory}/caf`), Buffer.from([0xe9, 0x0a])]), "not UTF-8");
  // A worktree has a file of this name, and a file can't be entered.
  await writeFile(join(directory, "a/b/.git"), "gitdir: elsewhere\n");
  await symlink("..", join(directory, "a/up"));
  await symlink("one", join(directory, "a/link"));
  await symlink("nowhere", join(directory, "a/broken"));
}

const options = { all: false, ownFiles: [] };

describe("the files of a directory", () => {
  it("are those that find prints without entering .git and node_modules", async () => {
    await using folder = await openScratchFolder();
    await plant(folder.path);
    const listing = await findFiles(folder.path, options);
    const passedOver = ["-type", "d", "(", "-name", ".git", "-o", "-name", "node_modules", ")"];
    expect(raw(listing.files)).toEqual(find(folder.path, ...passedOver, "-prune", "-o", "-type", "f"));
    expect(listing.notEntered).toEqual([{ path: ".git" }, { path: "a/node_modules" }]);
  });

  it("with all are those that find prints", async () => {
    await using folder = await openScratchFolder();
    await plant(folder.path);
    const listing = await findFiles(folder.path, { ...options, all: true });
    expect(raw(listing.files)).toEqual(find(folder.path, "-type", "f"));
    expect(listing.notEntered).toEqual([]);
  });

  it("do not include links, sockets and the report itself, which are told apart", async () => {
    await using folder = await openScratchFolder();
    await plant(folder.path);
    const server = createServer().listen(join(folder.path, "socket"));
    await new Promise((resolve) => server.once("listening", resolve));
    try {
      const listing = await findFiles(folder.path, {
        all: false,
        ownFiles: [join(folder.path, "a/one"), "/elsewhere"],
      });
      expect(listing.symbolicLinks).toBe(3);
      expect(listing.otherEntries).toBe(1);
      expect(listing.ownFiles).toEqual([{ path: "a/one" }]);
      expect(listing.files.map(({ path }) => path)).not.toContain("a/one");
    } finally {
      await new Promise((resolve) => server.close(resolve));
    }
  });

  it("of an empty directory are none", async () => {
    await using folder = await openScratchFolder();
    expect((await findFiles(folder.path, options)).files).toEqual([]);
  });

  it("of a folder that can't be listed are missing, and the folder is named", async () => {
    await using folder = await openScratchFolder();
    // So deep that its path is longer than the system takes: not even root lists it.
    await runDeepBelow(folder.path, 25, 'fs.writeFileSync("file", "x")');
    const listing = await findFiles(folder.path, options);
    expect(listing.files).toEqual([]);
    expect(listing.unreadableFolders).toMatchObject([
      { path: expect.stringMatching(/^d{200}\//), reason: "ENAMETOOLONG" },
    ]);
  });

  it("reject when the directory itself can't be read", async () => {
    await using folder = await openScratchFolder();
    await expect(findFiles(join(folder.path, "gone"), options)).rejects.toMatchObject({ code: "ENOENT" });
  });
});

describe("a file's name", () => {
  it("that is UTF-8 is its path", () => {
    for (const name of ["a", "ü/ñ", "new\nline", "\ufeffmark", "\u{1F600}"]) {
      expect(fileNameOf(Buffer.from(name))).toEqual({ path: name });
    }
  });

  it("that is not UTF-8 shows its bytes, and keeps them", () => {
    const bytes = Buffer.from([0x63, 0xe9, 0xc3, 0xa9, 0xff, 0xe2, 0x82]);
    const name = fileNameOf(bytes);
    expect(name.path).toBe("c\\xE9é\\xFF\\xE2\\x82");
    expect(fileNameBytes(name)).toEqual(bytes);
  });
});
