import { once } from "node:events";
import { type AddressInfo, connect, createServer } from "node:net";
import { expect, test } from "vitest";
import { startProxy } from "../src/tcp-proxy.js";

test("how many connections were cut, or left half-open, is told: none where there was none", async () => {
  const server = createServer((socket) => socket.on("error", () => undefined)).listen(0, "127.0.0.1");
  await once(server, "listening");
  await using proxy = await startProxy((server.address() as AddressInfo).port);
  const clients = [1, 2].map(() => connect(proxy.port, proxy.host).on("error", () => undefined));
  try {
    expect([proxy.cut(), proxy.abandon()]).toEqual([0, 0]);
    await expect.poll(() => proxy.open).toBe(2);
    expect([proxy.abandon(), proxy.abandon()]).toEqual([2, 0]);
    expect([proxy.cut(), proxy.cut()]).toEqual([2, 0]);
  } finally {
    for (const client of clients) client.destroy();
    server.close();
  }
});
