import type { Driver } from "@agentcomm/protocol";
import { AGENTS_COLLECTION, type AgentRegistry } from "@agentcomm/registry";

/** Where what registries show is not what the records say. `store` reads them behind everybody's back. */
export async function registryDifferences(store: Driver, registries: readonly AgentRegistry[]): Promise<string[]> {
  const call = { deadline: Number.POSITIVE_INFINITY };
  const shown = await Promise.all(registries.map(async (registry) => namesOf(await registry.listAgents())));
  // Read after them, and without a pause: what has changed since is seen by nobody yet.
  const records = await store.records.list(AGENTS_COLLECTION, { prefix: "", after: "", limit: 1_000 }, call);
  const present = namesOf(records.map(({ value }) => JSON.parse(Buffer.from(value).toString())));
  return shown.flatMap((names, index) =>
    names === present
      ? []
      : [`registry ${index + 1} shows ${names || "nobody"}, the records say ${present || "nobody"}`],
  );
}

function namesOf(agents: readonly { readonly id: string; readonly sessionId: string }[]): string {
  return agents
    .map(({ id, sessionId }) => `${id} (${sessionId})`)
    .sort()
    .join(", ");
}
