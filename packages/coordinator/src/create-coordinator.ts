import type { CoordinatorOptions } from "./coordinator-options.js";
import { resolveCoordinatorOptions } from "./resolve-coordinator-options.js";
import { RunningCoordinator } from "./running-coordinator.js";
import type { SupervisorCoordinator } from "./supervisor-coordinator.js";

/**
 * Creates a coordinator. It does nothing until it is first used; whoever created it stops it. Neither the transport nor a
 * registry that was passed in is closed with it. Throws INVALID_OPTIONS or INVALID_AGENT_ID, naming the option.
 */
export function createCoordinator(options: CoordinatorOptions): SupervisorCoordinator {
  return new RunningCoordinator(resolveCoordinatorOptions(options));
}
