import type { AgentRegistry, RegistryOptions } from "./agent-registry.js";
import { LiveRegistry } from "./live-registry.js";
import { resolveRegistryOptions } from "./resolve-registry-options.js";

/**
 * Creates a registry on a transport. It does nothing until it is first used, keeps no process alive, and is closed by who
 * created it; the transport is not closed with it. Throws INVALID_OPTIONS.
 */
export function createRegistry(options: RegistryOptions): AgentRegistry {
  return new LiveRegistry(resolveRegistryOptions(options));
}
