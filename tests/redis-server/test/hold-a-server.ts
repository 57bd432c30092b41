// A process that starts a server, tells its pid and folder, and would never end by itself.
import { startRedis } from "@agentcomm/test-redis";

const server = await startRedis();
console.log(JSON.stringify({ pid: server.pid, dir: server.dir }));
setInterval(() => undefined, 60_000);
