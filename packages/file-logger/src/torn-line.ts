import { constants } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";

const NEWLINE = 0x0a;
const SPACE = 0x20;
const CHUNK = 65_536;

/** The beginning of a line whose writer did not get to its end. */
export interface Fragment {
  readonly offset: number;
  readonly bytes: Buffer;
}

/** What stands between the last newline before `end` and `end`, if that is more than white space. */
export async function fragmentBefore(handle: FileHandle, end: number): Promise<Fragment | undefined> {
  const parts: Buffer[] = [];
  let offset = end;
  while (offset > 0) {
    // Nearly always the byte before is the newline of a complete line.
    const length = parts.length === 0 ? 1 : Math.min(CHUNK, offset);
    const part = Buffer.alloc(length);
    await handle.read(part, 0, length, offset - length);
    const newline = part.lastIndexOf(NEWLINE);
    parts.unshift(part.subarray(newline + 1));
    offset -= length - (newline + 1);
    if (newline >= 0) break;
  }
  const bytes = Buffer.concat(parts);
  return bytes.every((byte) => byte === SPACE) ? undefined : { offset, bytes };
}

/**
 * Overwrites the bytes from `start` to `end` with spaces. Doing it twice, or by two processes at once, changes nothing more,
 * and needs no room on a full disk.
 */
export async function blank(path: string, handle: FileHandle, start: number, end: number): Promise<void> {
  // A descriptor with O_APPEND writes at the end wherever it is told to write.
  const writer = await open(path, constants.O_WRONLY | (constants.O_NOFOLLOW ?? 0));
  try {
    const [named, appended] = [await writer.stat(), await handle.stat()];
    if (named.ino !== appended.ino || named.dev !== appended.dev) return;
    await writer.write(Buffer.alloc(end - start, SPACE), 0, end - start, start);
  } finally {
    await writer.close();
  }
}
