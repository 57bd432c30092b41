import { startRedis } from "@agentcomm/test-redis";
import { describeTransport } from "@agentcomm/transport-conformance";
import { Redis } from "ioredis";
import { redisHarness } from "./redis-harness.js";

describeTransport(
  "redis",
  redisHarness(async () => {
    const server = await startRedis();
    const client = new Redis(server.url);
    return {
      endpoint: { url: server.url },
      client,
      nodes: () => [client],
      ports: [server.port],
      throughProxies: (proxies) => ({ url: `redis://127.0.0.1:${proxies.get(server.port)?.port}` }),
      stop: () => server.stop(),
    };
  }),
);
