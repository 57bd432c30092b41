import { ServiceBroker, type ServiceSchema } from "moleculer";
import type { Place } from "../measure/contender.js";

/** Two brokers that reach each other through Redis pub/sub: one with the service, one that calls it. */
export interface Moleculer extends AsyncDisposable {
  readonly caller: ServiceBroker;
}

export async function openMoleculer({ redisUrl, name }: Place, service: ServiceSchema): Promise<Moleculer> {
  const namespace = name();
  const { hostname, port } = new URL(redisUrl);
  const options = {
    namespace,
    logger: false,
    transporter: { type: "Redis", options: { host: hostname, port: Number(port) } },
  } as const;
  const worker = new ServiceBroker({ ...options, nodeID: `${namespace}-worker` });
  const caller = new ServiceBroker({ ...options, nodeID: `${namespace}-caller` });
  worker.createService(service);
  await Promise.all([worker.start(), caller.start()]);
  await caller.waitForServices(service.name);
  return {
    caller,
    async [Symbol.asyncDispose]() {
      await Promise.all([caller.stop(), worker.stop()]);
    },
  };
}
