import { constants } from "node:fs";
import { type FileHandle, mkdir, open } from "node:fs/promises";
import { dirname } from "node:path";
import { blank, type Fragment, fragmentBefore } from "./torn-line.js";

/** How log files are opened. Never through a link: who can write to the folder could make the log any file of ours. */
export const APPEND = constants.O_RDWR | constants.O_APPEND | constants.O_CREAT | (constants.O_NOFOLLOW ?? 0);
/** Logs are read by their owner and the group. */
export const FILE_MODE = 0o640;
export const FOLDER_MODE = 0o750;

const NEWLINE = 0x0a;
const MOST_ADDED_AFTER = 8 * 1024 * 1024;

/** What became of one append. */
export interface Appended {
  /** Bytes that stand in the file as complete lines; the rest is not there. */
  readonly accepted: number;
  /** An unfinished line of somebody else, found right before ours and blanked. */
  readonly setAside?: Fragment;
  /** Why the place around our lines could not be looked at or mended. The lines themselves are written. */
  readonly unmended?: unknown;
}

/**
 * A file of lines which several processes append to at once.
 *
 * Each append is a single `write` on a descriptor opened with O_APPEND, which a local file system carries out as a whole:
 * lines of different processes never mix. What can go wrong is a write that ends early, at a kill or on a full disk. It
 * leaves the beginning of a line, and the next line of whoever writes next sticks to it. So each append looks at what
 * stands before it and, where that is no complete line, overwrites it with spaces: white space before a JSON value is
 * part of JSON, and every line of the file parses. Nothing is ever truncated, since another process may have appended.
 */
export class SharedFile {
  readonly path: string;
  readonly #handle: FileHandle;
  /** The size of the file when we last looked. */
  #size: number;
  /** Where the last complete line of ours ends: nobody's fragment is there. */
  #ownEnd = -1;

  private constructor(path: string, handle: FileHandle, size: number) {
    this.path = path;
    this.#handle = handle;
    this.#size = size;
  }

  /** Opens the file, creating it and its folder. */
  static async open(path: string): Promise<SharedFile> {
    await mkdir(dirname(path), { recursive: true, mode: FOLDER_MODE });
    const handle = await open(path, APPEND, FILE_MODE);
    const stat = await handle.stat();
    if (stat.isFile()) return new SharedFile(path, handle, stat.size);
    await handle.close();
    throw new Error(`${path} is not a regular file`);
  }

  /** Appends complete lines. Rejects if none of them is in the file. */
  async append(lines: Buffer): Promise<Appended> {
    const { bytesWritten } = await this.#handle.write(lines);
    const { nlink, size } = await this.#handle.stat();
    if (nlink === 0) throw new Error(`${this.path} was removed while it was written`);
    const written = lines.subarray(0, bytesWritten);
    const accepted = written.lastIndexOf(NEWLINE) + 1;
    try {
      const setAside = await this.#mend(written, accepted, size);
      return setAside === undefined ? { accepted } : { accepted, setAside };
    } catch (error) {
      // Not a rejection: the caller would write the same lines once more.
      return { accepted, unmended: error };
    }
  }

  /** Resolves once everything appended is on the disk. */
  async sync(): Promise<void> {
    await this.#handle.datasync();
  }

  async close(): Promise<void> {
    await this.#handle.close();
  }

  /** Blanks what our write left unfinished, and an unfinished line before it; the latter is returned. */
  async #mend(written: Buffer, accepted: number, size: number): Promise<Fragment | undefined> {
    const ownEnd = this.#ownEnd;
    this.#ownEnd = -1;
    const start = await this.#find(written, size);
    // What is left there then is set aside by whoever appends next, as after a kill.
    if (start === undefined) return undefined;
    const end = start + written.length;
    if (accepted < written.length) await blank(this.path, this.#handle, start + accepted, end);
    const fragment = start === ownEnd ? undefined : await fragmentBefore(this.#handle, start);
    if (fragment !== undefined) await blank(this.path, this.#handle, fragment.offset, start);
    if (accepted === written.length) this.#ownEnd = end;
    return fragment;
  }

  /**
   * Where the bytes that we have just appended begin. Others may have appended before and after them. Undefined if somebody cut the
   * file short; or our write ended early, and somebody appended: the head of a line may stand in one of theirs as well.
   */
  async #find(written: Buffer, size: number): Promise<number | undefined> {
    const grown = size - this.#size;
    this.#size = size;
    if (grown === written.length) return size - grown;
    if (written.at(-1) !== NEWLINE) return undefined;
    // Others can have added this much since our write, not more; before it they had all the time of the world.
    const from = size - Math.min(grown, written.length + MOST_ADDED_AFTER);
    const region = Buffer.alloc(Math.max(size - from, 0));
    const { bytesRead } = await this.#handle.read(region, 0, region.length, from);
    const at = region.subarray(0, bytesRead).indexOf(written);
    return at < 0 ? undefined : from + at;
  }
}
