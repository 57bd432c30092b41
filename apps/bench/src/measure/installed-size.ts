import { readdir, readFile, realpath, stat } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";

interface Manifest {
  readonly files?: readonly string[];
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

/** What a package and all that it depends on take on the disk, and how many packages that is, itself included. */
export async function installedSize(name: string): Promise<{ readonly bytes: number; readonly packages: number }> {
  const folders = new Map<string, number>();
  await collect(name, import.meta.url, folders);
  return { bytes: [...folders.values()].reduce((sum, bytes) => sum + bytes, 0), packages: folders.size };
}

async function collect(name: string, from: string, folders: Map<string, number>): Promise<void> {
  const folder = await folderOf(name, from);
  // An optional one that this system has no use for.
  if (folder === undefined || folders.has(folder)) return;
  const manifest = JSON.parse(await readFile(join(folder, "package.json"), "utf8")) as Manifest;
  folders.set(folder, await sizeOf(folder, isOurs(name) ? manifest.files : undefined));
  const needed = Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies });
  for (const each of needed) await collect(each, join(folder, "package.json"), folders);
}

async function folderOf(name: string, from: string): Promise<string | undefined> {
  for (const path of createRequire(from).resolve.paths(name) ?? []) {
    const found = await realpath(join(path, name)).catch(() => undefined);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Ours lie here as they are written; what is published is less. */
function isOurs(name: string): boolean {
  return name.startsWith("@agentcomm/");
}

async function sizeOf(folder: string, only: readonly string[] | undefined): Promise<number> {
  let bytes = 0;
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (entry.name === "node_modules") continue;
    if (only !== undefined && !only.includes(entry.name) && !/^(package\.json|README|LICENSE)/.test(entry.name))
      continue;
    const path = join(folder, entry.name);
    bytes += entry.isDirectory() ? await sizeOf(path, undefined) : (await stat(path)).size;
  }
  return bytes;
}
