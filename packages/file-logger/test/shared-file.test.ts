import { type FileHandle, mkdtemp, open, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { SharedFile } from "../src/shared-file.js";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "agentcomm-shared-file-"));
});
afterEach(async () => {
  vi.restoreAllMocks();
  await rm(folder, { recursive: true });
});

const line = (event: string): Buffer => Buffer.from(`{"timestamp":"2026-01-15T10:00:00.000Z","event":"${event}"}\n`);

/** The next write of any file takes so many bytes and no more, as on a disk that gets full. */
async function cutNextWrite(bytes: number): Promise<void> {
  const handle = await open(join(folder, "any"), "a");
  const proto = Object.getPrototypeOf(handle) as FileHandle;
  await handle.close();
  const { write } = proto;
  vi.spyOn(proto, "write").mockImplementationOnce(function (this: FileHandle, buffer: unknown) {
    return write.call(this, (buffer as Buffer).subarray(0, bytes) as never) as never;
  });
}

test("a line cut short is not looked for in what others wrote: a line of theirs may begin as it does", async () => {
  const path = join(folder, "log");
  const [ours, theirs] = [await SharedFile.open(path), await SharedFile.open(path)];
  try {
    expect(await theirs.append(line("theirs"))).toEqual({ accepted: line("theirs").length });
    await cutNextWrite(45);
    expect((await ours.append(line("ours"))).accepted).toBe(0);
    expect(await readFile(path, "utf8")).toBe(`${line("theirs")}${line("ours").subarray(0, 45)}`);
    // Whoever appends next sets it aside.
    expect((await theirs.append(line("more"))).setAside).toMatchObject({ offset: line("theirs").length });
    const texts = (await readFile(path, "utf8")).trimEnd().split("\n");
    expect(texts.map((text) => (JSON.parse(text) as { event: string }).event)).toEqual(["theirs", "more"]);
  } finally {
    await ours.close();
    await theirs.close();
  }
});

test("a line cut short is blanked at once where nobody else has written meanwhile", async () => {
  const path = join(folder, "log");
  const file = await SharedFile.open(path);
  try {
    await file.append(line("one"));
    await cutNextWrite(45);
    expect(await file.append(line("two"))).toEqual({ accepted: 0 });
    expect(await readFile(path, "utf8")).toBe(`${line("one")}${" ".repeat(45)}`);
  } finally {
    await file.close();
  }
});
