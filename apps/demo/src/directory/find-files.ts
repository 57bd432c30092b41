import type { Dirent } from "node:fs";
import { readdir } from "node:fs/promises";
import { compareFileNames, type FileName, fileNameOf } from "./file-name.js";
import { isSystemError } from "./system-error.js";

/** Folders that hold no work of the directory's owner: not entered unless asked for. */
const PASSED_OVER = new Set([".git", "node_modules"]);

/** A folder that could not be listed. */
export interface UnreadableFolder extends FileName {
  /** The system's code: EACCES, ENOENT, … */
  readonly reason: string;
}

/** What a directory holds. */
export interface Listing {
  /** Every regular file, ordered by the bytes of its path: what `find -type f` prints. */
  readonly files: readonly FileName[];
  /** Folders named `.git` and `node_modules`. Empty if they were entered. */
  readonly notEntered: readonly FileName[];
  /** Symbolic links: never followed, never counted as files. */
  readonly symbolicLinks: number;
  /** Sockets, pipes and devices. */
  readonly otherEntries: number;
  readonly unreadableFolders: readonly UnreadableFolder[];
  /** Files left out because they are the report itself. */
  readonly ownFiles: readonly FileName[];
}

/** How a directory is searched. */
export interface FindFilesOptions {
  /** Enter `.git` and `node_modules` as well. */
  readonly all: boolean;
  /** Absolute paths of files that are left out: the report that is about to be written. */
  readonly ownFiles: readonly string[];
}

/**
 * Lists a directory's regular files, at any depth. Symbolic links are not followed, so it ends whatever they point to. A
 * folder that cannot be read is listed as such. Rejects with the system's error if the directory itself cannot be read.
 */
export async function findFiles(directory: string, options: FindFilesOptions): Promise<Listing> {
  const files: FileName[] = [];
  const notEntered: FileName[] = [];
  const unreadableFolders: UnreadableFolder[] = [];
  const own = new Set(options.ownFiles);
  const ownFiles: FileName[] = [];
  let symbolicLinks = 0;
  let otherEntries = 0;

  const root = Buffer.from(directory, "utf8");
  const folders: Buffer[] = [Buffer.alloc(0)];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    for (const entry of await list(folder)) {
      const path = folder.length === 0 ? entry.name : Buffer.concat([folder, SLASH, entry.name]);
      if (entry.isDirectory()) {
        if (!options.all && PASSED_OVER.has(entry.name.toString("latin1"))) notEntered.push(fileNameOf(path));
        else folders.push(path);
      } else if (entry.isFile()) {
        const name = fileNameOf(path);
        if (own.has(`${directory}/${name.path}`)) ownFiles.push(name);
        else files.push(name);
      } else if (entry.isSymbolicLink()) symbolicLinks += 1;
      else otherEntries += 1;
    }
  }
  for (const names of [files, notEntered, unreadableFolders, ownFiles]) names.sort(compareFileNames);
  return { files, notEntered, symbolicLinks, otherEntries, unreadableFolders, ownFiles };

  async function list(folder: Buffer): Promise<readonly Dirent<Buffer>[]> {
    try {
      return await readdir(Buffer.concat([root, SLASH, folder]), { withFileTypes: true, encoding: "buffer" });
    } catch (error) {
      if (folder.length === 0 || !isSystemError(error)) throw error;
      unreadableFolders.push({ ...fileNameOf(folder), reason: error.code });
      return [];
    }
  }
}

const SLASH = Buffer.from("/");
