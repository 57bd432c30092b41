import { once } from "node:events";
import { Redis, type RedisOptions } from "ioredis";

/** A bare client that is connected. Closed by the caller. */
export async function openRedis(
  url: string,
  { enableAutoPipelining = false }: Pick<RedisOptions, "enableAutoPipelining"> = {},
): Promise<Redis> {
  const { hostname, port } = new URL(url);
  const client = new Redis({ host: hostname, port: Number(port), maxRetriesPerRequest: null, enableAutoPipelining });
  if (client.status !== "ready") await once(client, "ready");
  return client;
}

/** What stands in one field of an entry that XRANGE or XREADGROUP answered with. */
export function fieldOf(fields: readonly string[], name: string): string {
  const at = fields.indexOf(name);
  if (at < 0) throw new Error(`an entry has no field ${name}`);
  return fields[at + 1] as string;
}
