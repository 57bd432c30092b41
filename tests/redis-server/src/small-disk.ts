import { execFile } from "node:child_process";
import { mkdir, open, rm } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/** A disk that can be full: a file system of its own, in memory. */
export interface SmallDisk extends AsyncDisposable {
  readonly dir: string;
  /** Takes all room that is left; resolves when the disk refuses another byte. */
  fill(): Promise<void>;
  /** Gives back what `fill` took. */
  free(): Promise<void>;
  /** Takes it out, with all that is on it. */
  unmount(): Promise<void>;
}

const CHUNK = Buffer.alloc(64 * 1024);

/** Where a server's disk is mounted in its folder. */
export const DISK_FOLDER = "disk";

/** Mounts a disk of so many bytes at `dir`, which it makes. Rejects where the system grants no right to mount. */
export async function mountSmallDisk(dir: string, bytes: number): Promise<SmallDisk> {
  await mkdir(dir, { recursive: true });
  await run("mount", ["-t", "tmpfs", "-o", `size=${bytes}`, "tmpfs", dir]);
  const ballast = join(dir, "ballast");
  const unmount = async () => {
    // At once, whoever still has a file open there.
    await run("umount", ["--lazy", dir]);
  };
  return {
    dir,
    async fill() {
      const file = await open(ballast, "a");
      try {
        for (let size = CHUNK.length; size >= 1; size = Math.floor(size / 2)) {
          while (await takes(file, CHUNK.subarray(0, size)));
        }
      } finally {
        await file.close();
      }
    },
    async free() {
      await rm(ballast, { force: true });
    },
    unmount,
    [Symbol.asyncDispose]: unmount,
  };
}

async function takes(file: Awaited<ReturnType<typeof open>>, chunk: Uint8Array): Promise<boolean> {
  try {
    return (await file.write(chunk)).bytesWritten > 0;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOSPC") return false;
    throw error;
  }
}
