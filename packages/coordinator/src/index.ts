export type { CoordinationStats } from "./coordination-stats.js";
export type {
  AssignOptions,
  CoordinatorOptions,
  ListTasksOptions,
  ProcessOptions,
  TaskRequest,
} from "./coordinator-options.js";
export { createCoordinator } from "./create-coordinator.js";
export type { CoordinatorHealth, SupervisorCoordinator } from "./supervisor-coordinator.js";
export type { TaskHandle, TaskInfo } from "./task-handle.js";
export type { TaskUpdate, TaskUpdateKind } from "./task-update.js";
