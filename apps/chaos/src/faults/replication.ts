import { type Address, ask, askUntil } from "@agentcomm/test-redis";

/** A server tells of its replication in this command's answer. */
const INFO = "INFO replication";

/** Resolves once the server is a primary. Rejects if it does not get there in a minute. */
export async function becomesPrimary(server: Address): Promise<void> {
  await askUntil(server, INFO, (reply) => reply.includes("role:master"), 60_000);
}

/** Resolves once the replica follows the primary: it has all that was written before. Rejects after 30 seconds. */
export async function follows(replica: Address, primary: Address): Promise<void> {
  await askUntil(replica, INFO, (reply) => reply.includes("master_link_status:up"), 30_000);
  // The primary counts on it only from here on.
  await askUntil(primary, INFO, (reply) => reply.includes("state=online"), 30_000);
}

/** Resolves once the replica has all that the primary has at this moment. Rejects after 30 seconds. */
export async function catchesUp(replica: Address, primary: Address): Promise<void> {
  const goal = offsetIn(await ask(primary, INFO), "master_repl_offset");
  await askUntil(replica, INFO, (reply) => offsetIn(reply, "slave_repl_offset") >= goal, 30_000);
}

/** How many bytes of commands a server has written or received, by the name that its answer has for it; -1 if it does not say so. */
export function offsetIn(info: string, name: string): number {
  return Number(new RegExp(`^${name}:(\\d+)`, "m").exec(info)?.[1] ?? -1);
}

/** Makes the server a replica of what listens on this port of loopback. */
export async function makeReplica(server: Address, port: number): Promise<void> {
  await tell(server, `REPLICAOF 127.0.0.1 ${port}`);
}

/** Makes a replica a primary, with what it has. */
export async function promote(replica: Address): Promise<void> {
  await tell(replica, "REPLICAOF NO ONE");
}

/** Sends a command that is answered "OK". */
export async function tell(server: Address, command: string): Promise<void> {
  const reply = await ask(server, command);
  if (!reply.startsWith("+OK")) throw new Error(`${server.host}:${server.port} answered ${reply} to ${command}`);
}
