import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import { publishedPackages, root } from "./workspace.js";

const run = promisify(execFile);

/** The tarballs that `pnpm publish` would upload, by package name, in a folder of their own. */
export interface Tarballs extends AsyncDisposable {
  /** The tarballs of the named packages and of every package of ours which they depend on. */
  with(names: readonly string[]): string[];
}

export async function packAll(): Promise<Tarballs> {
  const folder = await mkdtemp(join(tmpdir(), "agentcomm-packed-"));
  const files = new Map<string, string>();
  for (const { folder: packageFolder, manifest } of publishedPackages) {
    const file = join(folder, `${manifest.name.split("/")[1]}.tgz`);
    await run("pnpm", ["pack", "--out", file], { cwd: join(root, packageFolder) });
    files.set(manifest.name, file);
  }
  return {
    with: (names) => withDependencies(names).map((name) => files.get(name) as string),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}

function withDependencies(names: readonly string[]): string[] {
  const found = new Set<string>();
  const visit = (name: string) => {
    const manifest = publishedPackages.find((each) => each.manifest.name === name)?.manifest;
    if (!manifest || found.has(name)) return;
    found.add(name);
    for (const dependency of Object.keys(manifest.dependencies ?? {})) visit(dependency);
  };
  for (const name of names) visit(name);
  return [...found];
}

/** An empty project outside of the repository, as a new user has it. */
export interface EmptyProject extends AsyncDisposable {
  readonly folder: string;
  /** Installs with the machine's own npm: tarballs, or names from the registry. */
  install(what: readonly string[]): Promise<void>;
  /** Runs Node in the project; resolves to what it printed, rejects with both streams when it fails or takes a minute. */
  node(args: readonly string[], env?: Readonly<Record<string, string>>): Promise<string>;
}

export async function emptyProject(): Promise<EmptyProject> {
  const folder = await mkdtemp(join(tmpdir(), "agentcomm-project-"));
  await writeFile(join(folder, "package.json"), JSON.stringify({ name: "project", private: true, type: "module" }));
  const inProject = async (program: string, args: readonly string[], env: NodeJS.ProcessEnv) => {
    try {
      const { stdout } = await run(program, args, { cwd: folder, env: { ...process.env, ...env }, timeout: 60_000 });
      return stdout;
    } catch (error) {
      const { stdout, stderr } = error as { stdout: string; stderr: string };
      throw new Error(`${program} ${args.join(" ")} failed:\n${stdout}\n${stderr}`, { cause: error });
    }
  };
  return {
    folder,
    async install(what) {
      await inProject("npm", ["install", "--prefer-offline", "--no-audit", "--no-fund", ...what], { PATH: userPath() });
    },
    node: (args, env = {}) => inProject(process.execPath, args, env),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}

/** PATH without what the workspace put there: npm finds its configuration (proxies, certificates) beside the Node it came with. */
function userPath(): string {
  const folders = (process.env.PATH ?? "").split(delimiter);
  return folders.filter((folder) => !folder.includes("node_modules")).join(delimiter);
}
