import { execFile } from "node:child_process";
import { mkdir, statfs } from "node:fs/promises";
import { promisify } from "node:util";

const run = promisify(execFile);

/** A disk in memory that is as large as a fault needs it. Mounting it needs the right to; disposing of it unmounts it. */
export class SmallDisk implements AsyncDisposable {
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  /** Creates the folder, and mounts the disk there. */
  static async mount(path: string, bytes: number): Promise<SmallDisk> {
    await mkdir(path);
    await run("mount", ["-t", "tmpfs", "-o", `size=${bytes}`, "tmpfs", path]);
    return new SmallDisk(path);
  }

  /** From now on nothing can be written. Rejects if a file is open for writing. */
  async makeReadOnly(): Promise<void> {
    await this.#remount("ro");
  }

  async makeWritable(): Promise<void> {
    await this.#remount("rw");
  }

  /** Lets so much more be written than there is now. Rejects if more than that is written meanwhile. */
  async leaveFree(bytes: number): Promise<void> {
    const { blocks, bfree, bsize } = await statfs(this.path);
    await this.#remount(`size=${(blocks - bfree) * bsize + bytes}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await run("umount", [this.path]);
  }

  async #remount(option: string): Promise<void> {
    await run("mount", ["-o", `remount,${option}`, this.path]);
  }
}
