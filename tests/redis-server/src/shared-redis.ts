import { startRedis } from "./start-redis.js";

/** A server for tests which stay within keys of their own. */
export interface SharedRedis extends AsyncDisposable {
  readonly url: string;
  /** True when the server belongs to somebody else (`REDIS_URL`): what the tests store there they remove. */
  readonly foreign: boolean;
  /** Ends the server unless it belongs to somebody else. */
  stop(): Promise<void>;
}

/**
 * The Redis of `REDIS_URL` when that is set, a private one otherwise. Only for tests which use a namespace of their own and clean it
 * up; what pauses, restarts or configures a server calls `startRedis`.
 */
export async function openSharedRedis(env: NodeJS.ProcessEnv = process.env): Promise<SharedRedis> {
  const url = env.REDIS_URL;
  if (url) {
    const stop = async () => {};
    return { url, foreign: true, stop, [Symbol.asyncDispose]: stop };
  }
  const server = await startRedis();
  return { url: server.url, foreign: false, stop: server.stop, [Symbol.asyncDispose]: server.stop };
}
