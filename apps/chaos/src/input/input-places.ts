import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Redis } from "ioredis";
import type { InputEnvironment } from "./input-class.js";

/** Where checks may leave something: removed at its end, whatever became of the processes that used it. */
export interface InputPlaces extends InputEnvironment, AsyncDisposable {}

/** Makes a folder, and chooses a prefix for all namespaces on the server. */
export async function openInputPlaces(redisUrl: string): Promise<InputPlaces> {
  const namespace = `input-${randomUUID()}`;
  const folder = await mkdtemp(join(tmpdir(), "agentcomm-input-"));
  return {
    redisUrl,
    namespace,
    folder,
    async [Symbol.asyncDispose]() {
      await rm(folder, { recursive: true, force: true });
      const client = new Redis(redisUrl);
      try {
        for await (const keys of client.scanStream({ match: `${namespace}*`, count: 1_000 })) {
          if (keys.length > 0) await client.unlink(keys);
        }
      } finally {
        client.disconnect();
      }
    },
  };
}
