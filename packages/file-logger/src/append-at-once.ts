import { closeSync, constants, fstatSync, mkdirSync, openSync, readSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import { APPEND, FILE_MODE, FOLDER_MODE } from "./shared-file.js";

const NEWLINE = 0x0a;

/**
 * Appends complete lines while the whole process waits: for one that is about to end. Returns how many bytes of complete lines
 * are in the file then. Throws if there are none.
 */
export function appendAtOnce(path: string, lines: Buffer): number {
  mkdirSync(dirname(path), { recursive: true, mode: FOLDER_MODE });
  // Without O_NONBLOCK a pipe of that name would hold the process for good.
  const descriptor = openSync(path, APPEND | (constants.O_NONBLOCK ?? 0), FILE_MODE);
  try {
    const stat = fstatSync(descriptor);
    if (!stat.isFile()) throw new Error(`${path} is not a regular file`);
    // There is no time to mend somebody's unfinished line; on a line of its own it harms nobody else's.
    const separator = endsUnfinished(descriptor, stat.size) ? 1 : 0;
    const written = writeSync(descriptor, separator ? Buffer.concat([Buffer.of(NEWLINE), lines]) : lines) - separator;
    return lines.subarray(0, Math.max(written, 0)).lastIndexOf(NEWLINE) + 1;
  } finally {
    closeSync(descriptor);
  }
}

function endsUnfinished(descriptor: number, size: number): boolean {
  const last = Buffer.alloc(1);
  return size > 0 && readSync(descriptor, last, 0, 1, size - 1) === 1 && last[0] !== NEWLINE;
}
