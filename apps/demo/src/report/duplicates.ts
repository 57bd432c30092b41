import type { Duplicates, ReviewedFile } from "./report.js";

/** Groups files of the same content, those that waste most first. */
export function findDuplicates(files: readonly ReviewedFile[]): Duplicates[] {
  const groups = new Map<string, { bytes: number; paths: string[] }>();
  for (const { sha256, bytes, path } of files) {
    const group = groups.get(sha256);
    if (group === undefined) groups.set(sha256, { bytes, paths: [path] });
    else group.paths.push(path);
  }
  return [...groups]
    .filter(([, { paths }]) => paths.length > 1)
    .map(([sha256, group]) => ({ sha256, ...group }))
    .sort((a, b) => wasted(b) - wasted(a) || b.paths.length - a.paths.length || (a.sha256 < b.sha256 ? -1 : 1));
}

function wasted({ bytes, paths }: Duplicates): number {
  return bytes * (paths.length - 1);
}
