import { describeTransport } from "@agentcomm/transport-conformance";
import { redisHarness } from "./redis-harness.js";
import { openPair } from "./replicated-pair.js";

describeTransport(
  "redis with a replica that must confirm",
  redisHarness(async () => {
    const pair = await openPair();
    const confirmed = (port: number | undefined) => ({ url: `redis://127.0.0.1:${port}`, replicas: 1 });
    return {
      endpoint: confirmed(pair.server.port),
      client: pair.client,
      nodes: () => [pair.client],
      ports: [pair.server.port],
      throughProxies: (proxies) => confirmed(proxies.get(pair.server.port)?.port),
      stop: async () => {
        await pair[Symbol.asyncDispose]();
      },
    };
  }),
);
