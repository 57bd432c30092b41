import { Redis } from "ioredis";
import type { StoreAddress } from "./raw-store.js";

/** A client of the oracle's own. What fails shows in the commands' rejections. Disconnect it when done. */
export function openClient({ host, port, username, password, ca }: StoreAddress): Redis {
  const client = new Redis({
    host,
    port,
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    ...(ca === undefined ? {} : { tls: { ca } }),
    maxRetriesPerRequest: 1,
  });
  client.on("error", () => undefined);
  return client;
}
