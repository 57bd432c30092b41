import {
  checkRecordKey,
  type JsonObject,
  PRIORITIES,
  type StandardSchema,
  type TaskDefinition,
} from "@agentcomm/protocol";
import type { TaskRecord } from "@agentcomm/protocol/internal";
import {
  checkTexts,
  copyJson,
  invalidMessage,
  isStandardSchema,
  quote,
  readOptions,
  validateWithSchema,
} from "@agentcomm/protocol/internal";
import type { AssignOptions, TaskRequest } from "./coordinator-options.js";
import { type ResolvedCoordinatorOptions, refused, resolveTaskDefaults } from "./resolve-coordinator-options.js";

/** What assignTask was called with, whichever way. */
export interface CheckedRequest {
  readonly task: Required<
    Pick<TaskRecord, "taskType" | "description" | "parameters" | "requiredCapabilities" | "priority">
  >;
  readonly output: StandardSchema | undefined;
  readonly options: AssignOptions;
}

type AnyDefinition = TaskDefinition<unknown, unknown, unknown, unknown>;

/** Checks what assignTask was called with; validates the input of a task that has a definition. */
export async function checkRequest(
  given: TaskRequest | AnyDefinition,
  inputOrOptions: unknown,
  definedOptions?: AssignOptions,
): Promise<CheckedRequest> {
  if (given === undefined) {
    throw refused("task", given, "give a definition made by defineTask and its input, or an object with taskType");
  }
  const what = readOptions(given, "task");
  if (!isDefinition(what)) {
    const options = readOptions(inputOrOptions as AssignOptions | undefined);
    const { taskType, description, parameters = {}, requiredCapabilities, priority } = what;
    return {
      task: checkTask({
        taskType,
        description,
        parameters,
        requiredCapabilities,
        priority: options.priority ?? priority,
      }),
      output: undefined,
      options,
    };
  }
  // Sent as it was given: the agent validates it too, and what the schema fills in or transforms is made there, once.
  await validateWithSchema(what.input, inputOrOptions, "input");
  const { type: taskType, description, requiredCapabilities } = what;
  const options = readOptions(definedOptions);
  const { priority } = options;
  const parameters = inputOrOptions as JsonObject;
  return {
    task: checkTask({ taskType, description, parameters, requiredCapabilities, priority }),
    output: what.output,
    options,
  };
}

/** The record of a task that nobody has been given yet. */
export function newTaskRecord(
  { task, options }: CheckedRequest,
  coordinator: ResolvedCoordinatorOptions,
  ownerId: string,
): TaskRecord {
  const { taskTimeoutMs, ...defaults } = resolveTaskDefaults(options, coordinator);
  const taskId = options.taskId ?? coordinator.createId();
  checkRecordKey(taskId, "taskId");
  const now = coordinator.clock.now();
  return {
    taskId,
    ...task,
    coordinatorId: coordinator.id,
    ownerId,
    state: "queued",
    createdAt: now,
    updatedAt: now,
    deadlineAt: now + taskTimeoutMs,
    ...defaults,
    attempts: [],
  };
}

function isDefinition(what: TaskRequest | AnyDefinition): what is AnyDefinition {
  return "input" in what && isStandardSchema(what.input) && isStandardSchema(what.output);
}

function checkTask(task: Record<keyof CheckedRequest["task"], unknown>): CheckedRequest["task"] {
  const { taskType, description = "", parameters, requiredCapabilities = [], priority = "medium" } = task;
  if (typeof taskType !== "string" || taskType.length < 1 || taskType.length > 128) {
    throw refused("taskType", taskType, "give 1 to 128 characters");
  }
  if (typeof description !== "string") throw refused("description", description, "give a string");
  // A copy: what the caller does to the object afterwards must not reach the task.
  const copied = copyJson(parameters, "parameters", 1, NO_LIMITS);
  if (typeof copied !== "object" || copied === null || Array.isArray(copied)) {
    throw invalidMessage("parameters", `is ${quote(parameters)}: give a JSON object`);
  }
  const capabilities = checkTexts("requiredCapabilities", requiredCapabilities);
  if (capabilities.includes("")) throw refused("requiredCapabilities", "", "give an array of non-empty strings");
  if (!(PRIORITIES as readonly unknown[]).includes(priority)) {
    throw refused("priority", priority, `use one of ${PRIORITIES.join(", ")}`);
  }
  return {
    taskType,
    description,
    parameters: copied as JsonObject,
    requiredCapabilities: [...new Set(capabilities)].sort(),
    priority: priority as TaskRecord["priority"],
  };
}

// How large a record may be is the transport's to say.
const NO_LIMITS = { maxMessageBytes: 2 ** 29 - 1, maxDepth: 1_000 };
