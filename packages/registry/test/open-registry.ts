import type { AgentCommError } from "@agentcomm/protocol";
import type { Store } from "@agentcomm/test-transports";
import { type AgentRegistry, createRegistry, type RegistryOptions } from "../src/index.js";

/** A registry of its own on the store, as if another process had opened it. What it reports in the background is collected. */
export function openRegistry(
  store: Store,
  options: Partial<RegistryOptions> = {},
): AgentRegistry & { readonly reported: AgentCommError[] } {
  const reported: AgentCommError[] = [];
  const transport = options.transport ?? store.transport();
  const registry = createRegistry({ onError: (error) => reported.push(error), ...options, transport });
  return Object.assign(registry, { reported });
}
