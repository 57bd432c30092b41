// A process that starts a server, tells its port and folder, and would never end by itself.
import { startRedis } from "@agentcomm/test-redis";

const server = await startRedis();
console.log(JSON.stringify({ port: server.port, dir: server.dir }));
setInterval(() => undefined, 60_000);
