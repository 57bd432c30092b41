import { realpath, stat } from "node:fs/promises";
import { UserError } from "../cli/user-error.js";
import { visible } from "../report/visible.js";
import { type FindFilesOptions, findFiles, type Listing } from "./find-files.js";
import { isSystemError } from "./system-error.js";

/** A directory, by its own path, and what it holds. */
export interface OpenDirectory {
  /** Absolute, without links. */
  readonly path: string;
  readonly listing: Listing;
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "is not there",
  ENOTDIR: "is not there",
  EACCES: "may not be read by you (EACCES)",
};

/** Lists the directory at a path, which may be a link to it. Rejects with a UserError if there is none, or none that can be read. */
export async function openDirectory(path: string, options: FindFilesOptions): Promise<OpenDirectory> {
  try {
    const own = await realpath(path);
    if (!(await stat(own)).isDirectory()) throw new UserError(`${visible(path)} is no directory.`);
    return { path: own, listing: await findFiles(own, options) };
  } catch (error) {
    if (!isSystemError(error)) throw error;
    throw new UserError(`${visible(path)} ${REASONS[error.code] ?? `can't be read (${error.code})`}.`);
  }
}
