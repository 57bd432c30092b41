import { execFileSync } from "node:child_process";
import { mkdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { fileNameOf } from "../src/directory/file-name.js";
import { type FileReview, reviewFile } from "../src/review/review-file.js";
import { capabilityFor } from "../src/review/specialities.js";
import { openScratchFolder } from "./scratch-folder.js";

const review = (
  directory: string,
  path: string,
  options: { signal?: AbortSignal; onProgress?: (percent: number) => void } = {},
): Promise<FileReview> =>
  reviewFile(
    { directory, path, capability: capabilityFor(path), wordRule: "utf-8" },
    { signal: new AbortController().signal, onProgress: () => {}, ...options },
  );

describe("reviewing a file", () => {
  it("reads a big one in pieces, tells its progress, and counts what wc counts", async () => {
    await using folder = await openScratchFolder();
    const file = join(folder.path, "big.txt");
    await writeFile(file, "some words é on a line\n".repeat(100_000));
    const progress: number[] = [];
    const result = await review(folder.path, "big.txt", { onProgress: (percent) => progress.push(percent) });
    const wc = execFileSync("wc", ["-lwc", file], { env: { LC_ALL: "C.UTF-8" } }).toString();
    const [lines, words, bytes] = wc.trim().split(/\s+/).map(Number);
    expect(result).toMatchObject({ review: { lines, words, bytes } });
    expect(progress.length).toBeGreaterThan(5);
    expect(progress.at(-1)).toBe(100);
  });

  it("looks for the files of links beside the text", async () => {
    await using folder = await openScratchFolder();
    await mkdir(join(folder.path, "docs"));
    await writeFile(join(folder.path, "docs/a.md"), "[b](b.md) [up](../c%20d.txt) [docs](../docs) [gone](c.txt)\n");
    await writeFile(join(folder.path, "docs/b.md"), "");
    await writeFile(join(folder.path, "c d.txt"), "");
    expect(await review(folder.path, "docs/a.md")).toMatchObject({
      review: { findings: [{ kind: "link", line: 1, message: "links to c.txt, which is not there" }] },
    });
  });

  it("opens names with newlines, and names that are not UTF-8", async () => {
    await using folder = await openScratchFolder();
    const bytes = Buffer.from([0x61, 0x0a, 0xe9]);
    await writeFile(Buffer.concat([Buffer.from(`${folder.path}/`), bytes]), "x\n");
    const name = fileNameOf(bytes);
    const result = await reviewFile(
      { directory: folder.path, ...name, capability: "review.general", wordRule: "utf-8" },
      { signal: new AbortController().signal, onProgress: () => {} },
    );
    expect(result).toMatchObject({ review: { lines: 1, words: 1, bytes: 2 } });
  });

  it("skips what vanished, became a link or a folder, or can't be read, and says why", async () => {
    await using folder = await openScratchFolder();
    await mkdir(join(folder.path, "folder"));
    await symlink("/etc/hostname", join(folder.path, "link"));
    execFileSync("mkfifo", [join(folder.path, "pipe")]);
    expect(await review(folder.path, "gone")).toEqual({ skipped: "ENOENT" });
    expect(await review(folder.path, "link")).toEqual({ skipped: "ELOOP" });
    expect(await review(folder.path, "folder")).toEqual({ skipped: "no regular file any more" });
    expect(await review(folder.path, "pipe")).toEqual({ skipped: "no regular file any more" });
  });

  it("ends when its signal does", async () => {
    await using folder = await openScratchFolder();
    await writeFile(join(folder.path, "big"), Buffer.alloc(1 << 20));
    const controller = new AbortController();
    const reviewing = review(folder.path, "big", {
      signal: controller.signal,
      onProgress: () => controller.abort(new Error("enough")),
    });
    await expect(reviewing).rejects.toThrow("enough");
  });
});
