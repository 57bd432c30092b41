import { execFileSync } from "node:child_process";
import { existsSync, globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The top level of the repository. */
export const root = fileURLToPath(new URL("../../..", import.meta.url));

/** What these tests read of a package.json. */
export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly private?: boolean;
  readonly license?: string;
  readonly type?: string;
  readonly sideEffects?: boolean;
  readonly engines?: Readonly<Record<string, string>>;
  readonly exports?: Readonly<Record<string, unknown>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

/** A package of the workspace. */
export interface WorkspacePackage {
  /** Its folder, relative to the top level: "packages/agent". */
  readonly folder: string;
  readonly manifest: Manifest;
}

/** Every package of the workspace, published or private. */
export const workspacePackages: readonly WorkspacePackage[] = globSync("{packages,apps,tests}/*/package.json", {
  cwd: root,
})
  .concat("examples/package.json")
  .sort()
  .map((file) => ({
    folder: file.slice(0, -"/package.json".length),
    manifest: JSON.parse(readFileSync(join(root, file), "utf8")) as Manifest,
  }));

/** The packages that are published: those in `packages`. */
export const publishedPackages = workspacePackages.filter(({ folder }) => folder.startsWith("packages/"));

/** The files that git would commit, relative to the top level; ignored ones are left out. */
export function repositoryFiles(): string[] {
  const listed = execFileSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], { cwd: root });
  const files = listed.toString("utf8").split("\0");
  return files.filter((file) => file !== "" && existsSync(join(root, file)));
}
