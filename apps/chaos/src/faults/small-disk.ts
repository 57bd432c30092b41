import { execFile } from "node:child_process";
import { mkdir } from "node:fs/promises";
import { promisify } from "node:util";

const run = promisify(execFile);

/** A disk of a few hundred kilobytes in memory. Mounting it needs the right to; disposing of it unmounts it. */
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

  /** Makes room, or takes away what is free. */
  async resize(bytes: number): Promise<void> {
    await this.#remount(`size=${bytes}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await run("umount", [this.path]);
  }

  async #remount(option: string): Promise<void> {
    await run("mount", ["-o", `remount,${option}`, this.path]);
  }
}
