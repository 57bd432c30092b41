import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Address } from "./ask.js";
import { freePort } from "./free-port.js";
import { type ServerProcess, startProcess } from "./server-process.js";

/** What `startRedis` may be told. */
export interface RedisOptions {
  /**
   * Directives of redis.conf, for example `{ appendonly: "yes", appendfsync: "always" }`. A directive that stands several times takes
   * an array.
   * @default nothing is written to disk
   */
  readonly config?: Readonly<Record<string, string | readonly string[]>>;
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
  return startServer(async ({ port }) => ({ url: `redis://127.0.0.1:${port}`, config: options.config ?? {} }));
}

/** What sets one kind of server apart from another, once it is known where it will run. */
export interface ServerRecipe {
  readonly url: string;
  readonly config: NonNullable<RedisOptions["config"]>;
  readonly ca?: string;
  readonly args?: readonly string[];
}

/** Starts a server after a recipe. A port that was taken in the meantime is not the end: another one is tried. */
export async function startServer(
  recipeFor: (place: { readonly port: number; readonly dir: string }) => Promise<ServerRecipe>,
): Promise<RedisServer> {
  for (let attempt = 1; ; attempt++) {
    const dir = await mkdtemp(join(tmpdir(), "agentcomm-redis-"));
    try {
      const port = await freePort();
      const recipe = await recipeFor({ port, dir });
      const address = { host: "127.0.0.1", port, ca: recipe.ca };
      const place = { bind: "127.0.0.1", port: String(port), dir, logfile: join(dir, "redis.log"), save: '""' };
      await writeFile(join(dir, "redis.conf"), format({ ...place, ...recipe.config }), { mode: 0o600 });
      return serve(recipe, address, dir, await startProcess(dir, address, recipe.args));
    } catch (error) {
      await rm(dir, { recursive: true, force: true });
      if (attempt === 5 || !String(error).includes("Address already in use")) throw error;
    }
  }
}

function serve(recipe: ServerRecipe, address: Address, dir: string, first: ServerProcess): RedisServer {
  let current = first;
  const stop = async () => {
    await current.end("SIGKILL");
    await rm(dir, { recursive: true, force: true });
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
    pause: () => current.signal("SIGSTOP"),
    resume: () => current.signal("SIGCONT"),
    kill: () => current.end("SIGKILL"),
    async restart() {
      // A paused process would never see the request to end.
      current.signal("SIGCONT");
      await current.end("SIGTERM");
      current = await startProcess(dir, address, recipe.args);
    },
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

function format(config: NonNullable<RedisOptions["config"]>): string {
  const lines = Object.entries(config).flatMap(([name, value]) => [value].flat().map((each) => `${name} ${each}`));
  return `${lines.join("\n")}\n`;
}
