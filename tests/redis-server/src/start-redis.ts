import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Address } from "./ask.js";
import { freePort } from "./free-port.js";
import { type ProcessOptions, type ServerProcess, startProcess } from "./server-process.js";
import { DISK_FOLDER, mountSmallDisk, type SmallDisk } from "./small-disk.js";

/** What `startRedis` may be told. */
export interface RedisOptions {
  /**
   * Directives of redis.conf, for example `{ appendonly: "yes", appendfsync: "always" }`. A directive that stands several times takes
   * an array.
   * @default nothing is written to disk
   */
  readonly config?: Readonly<Record<string, string | readonly string[]>>;
  /**
   * The size of a disk of the server's own that its data lie on, which then can be full. It takes the right to mount.
   * @default they lie where everything else does
   */
  readonly diskBytes?: number;
  /**
   * Environment variables for the server's process, beside those of this one.
   * @default none
   */
  readonly env?: Readonly<Record<string, string>>;
}

/** A Redis server of a test's own: a process on loopback with a free port and a private folder. */
export interface RedisServer extends AsyncDisposable {
  readonly url: string;
  readonly host: string;
  readonly port: number;
  /** The process id of the present run; another one after `restart`. */
  readonly pid: number;
  /** The server's private folder: its configuration, log and data. Removed by `stop`. */
  readonly dir: string;
  /** The disk that its data lie on, if it was asked for. */
  readonly disk: SmallDisk | undefined;
  /** The certificate (PEM) that a client must trust, for a server that speaks TLS. */
  readonly ca: string | undefined;
  /** Stops the process where it stands (SIGSTOP): connections stay open and nothing answers. */
  pause(): void;
  /** Lets a paused process go on (SIGCONT). */
  resume(): void;
  /** Ends the process at once (SIGKILL) and resolves when it is gone. `restart` starts it again. */
  kill(): Promise<void>;
  /** Ends the process in good order if it runs, starts it on the same port and folder, and resolves once it answers. */
  restart(): Promise<void>;
  /** Ends the process and removes its folder. The end of the test process does the same. Repeating it changes nothing. */
  stop(): Promise<void>;
}

/** Starts a private Redis server and resolves once it answers. Rejects with the end of its log when it does not start. */
export async function startRedis(options: RedisOptions = {}): Promise<RedisServer> {
  const { config = {}, ...others } = options;
  return startServer(async ({ port }) => ({ url: `redis://127.0.0.1:${port}`, config, ...others }));
}

/** What sets one kind of server apart from another, once it is known where it will run. */
export interface ServerRecipe extends ProcessOptions {
  readonly url: string;
  readonly config: NonNullable<RedisOptions["config"]>;
  readonly ca?: string;
  readonly diskBytes?: number;
}

/** Starts a server after a recipe. A port that was taken in the meantime is not the end: another one is tried. */
export async function startServer(
  recipeFor: (place: { readonly port: number; readonly dir: string }) => Promise<ServerRecipe>,
): Promise<RedisServer> {
  for (let attempt = 1; ; attempt++) {
    const dir = await mkdtemp(join(tmpdir(), "agentcomm-redis-"));
    let disk: SmallDisk | undefined;
    try {
      const port = await freePort();
      const recipe = await recipeFor({ port, dir });
      const address = { host: "127.0.0.1", port, ca: recipe.ca };
      if (recipe.diskBytes !== undefined) disk = await mountSmallDisk(join(dir, DISK_FOLDER), recipe.diskBytes);
      const files = { dir: disk?.dir ?? dir, logfile: join(dir, "redis.log"), save: '""' };
      const place = { bind: "127.0.0.1", port: String(port), ...files };
      await writeFile(join(dir, "redis.conf"), format({ ...place, ...recipe.config }), { mode: 0o600 });
      return serve(recipe, address, { dir, disk }, await startProcess(dir, address, recipe));
    } catch (error) {
      await remove({ dir, disk });
      if (attempt === 5 || !String(error).includes("Address already in use")) throw error;
    }
  }
}

/** What a server leaves on the disk. */
interface Files {
  readonly dir: string;
  readonly disk: SmallDisk | undefined;
}

function serve(recipe: ServerRecipe, address: Address, files: Files, first: ServerProcess): RedisServer {
  const { dir, disk } = files;
  let current = first;
  let removing: Promise<void> | undefined;
  const stop = async () => {
    await current.end("SIGKILL");
    removing ??= remove(files);
    await removing;
  };
  return {
    url: recipe.url,
    host: address.host,
    port: address.port,
    ca: recipe.ca,
    get pid() {
      return current.pid;
    },
    dir,
    disk,
    pause: () => current.signal("SIGSTOP"),
    resume: () => current.signal("SIGCONT"),
    kill: () => current.end("SIGKILL"),
    async restart() {
      // A paused process would never see the request to end.
      current.signal("SIGCONT");
      await current.end("SIGTERM");
      current = await startProcess(dir, address, recipe);
    },
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

async function remove({ dir, disk }: Files): Promise<void> {
  await disk?.unmount();
  await rm(dir, { recursive: true, force: true });
}

function format(config: NonNullable<RedisOptions["config"]>): string {
  const lines = Object.entries(config).flatMap(([name, value]) => [value].flat().map((each) => `${name} ${each}`));
  return `${lines.join("\n")}\n`;
}
