import { once } from "node:events";
import { createServer } from "node:net";

/**
 * A port on loopback that nobody listens on. It lies below the ephemeral range, so that no outgoing connection takes it between now
 * and its use, nor while a server that had it is being restarted.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 12_000);
    if (await isFree(port)) return port;
  }
}

async function isFree(port: number): Promise<boolean> {
  const probe = createServer();
  const refused = once(probe, "error").then(() => false);
  const listening = once(probe.listen(port, "127.0.0.1"), "listening").then(() => true);
  refused.catch(() => undefined);
  listening.catch(() => undefined);
  const free = await Promise.race([refused, listening]);
  probe.close();
  return free;
}
