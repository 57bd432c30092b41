import { constants } from "node:fs";
import { open, stat } from "node:fs/promises";
import { absolutePath, type FileName } from "../directory/file-name.js";
import { isSystemError } from "../directory/system-error.js";
import type { WordRule } from "./byte-counts.js";
import { beginReview, type Review } from "./review-bytes.js";
import type { Capability } from "./specialities.js";

/** The file to review, and how. */
export interface FileToReview extends FileName {
  /** Absolute path of the reviewed directory. */
  readonly directory: string;
  readonly capability: Capability;
  readonly wordRule: WordRule;
}

/** How a review may be watched and ended. */
export interface ReviewFileOptions {
  /** Ends it: the review rejects with the signal's reason. */
  readonly signal: AbortSignal;
  /** Told after each piece how much has been read: 0 to 100. */
  readonly onProgress: (percent: number) => void;
}

/** A review, or why there is none: the system's code (EACCES, ENOENT, …) or a sentence. */
export type FileReview = { readonly review: Review } | { readonly skipped: string };

// Large enough that reading costs nothing beside looking, small enough that a worker answers between two pieces.
const PIECE_BYTES = 256 * 1024;
const SMALLEST_BUFFER = 4096;

// A file that was replaced since it was listed: neither follow a link out of the directory nor wait at a pipe.
const READ_ONLY = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/** Reviews a file piece by piece. What can't be read, or is no regular file any more, is skipped and says why. */
export async function reviewFile(file: FileToReview, options: ReviewFileOptions): Promise<FileReview> {
  const path = absolutePath(file.directory, file);
  const review = beginReview({ ...file, exists: (name) => isThere(besides(path, name)) });
  try {
    await using handle = await open(path, READ_ONLY);
    const status = await handle.stat();
    if (!status.isFile()) return { skipped: "no regular file any more" };
    const buffer = Buffer.allocUnsafe(Math.min(PIECE_BYTES, Math.max(status.size, SMALLEST_BUFFER)));
    let total = 0;
    for (;;) {
      options.signal.throwIfAborted();
      const { bytesRead } = await handle.read(buffer, 0, buffer.length, null);
      if (bytesRead === 0) break;
      review.add(buffer.subarray(0, bytesRead));
      total += bytesRead;
      if (status.size > PIECE_BYTES) options.onProgress(Math.min(100, Math.floor((total / status.size) * 100)));
    }
  } catch (error) {
    if (!isSystemError(error)) throw error;
    return { skipped: error.code };
  }
  return { review: await review.end() };
}

/** The path of a name that stands in the same folder. */
function besides(path: Buffer, name: string): Buffer {
  return Buffer.concat([path.subarray(0, path.lastIndexOf(0x2f) + 1), Buffer.from(name, "utf8")]);
}

async function isThere(path: Buffer): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    // Anything else means that one can't know, and a reviewer only says what is true.
    return !(isSystemError(error) && ["ENOENT", "ENOTDIR", "ENAMETOOLONG"].includes(error.code));
  }
}
