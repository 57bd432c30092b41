import { checkTexts, readOptions } from "./check-options.js";
import { invalidOption } from "./invalid-option.js";
import { quote } from "./quote.js";
import { isStandardSchema, type SchemaInput, type SchemaOutput, type StandardSchema } from "./standard-schema.js";

/**
 * A kind of task: its name and what goes in and comes out. Both sides import the same definition, so that input and
 * result are typed, and validated at both ends.
 *
 * Values travel as they are given, before the schemas' defaults and transformations; each end validates. So there are
 * two types a side: `SentInput` is what an assigner gives and `Input` what the handler gets; `ReturnedOutput` is what the
 * handler returns and `Output` what the assigner gets. They differ only where a schema fills in or transforms.
 */
export interface TaskDefinition<Input = unknown, Output = unknown, SentInput = Input, ReturnedOutput = Output> {
  /** The task's type, as in `taskType`. */
  readonly type: string;
  readonly input: StandardSchema<SentInput, Input>;
  readonly output: StandardSchema<ReturnedOutput, Output>;
  /** What an agent must be capable of to be given such a task. */
  readonly requiredCapabilities: readonly string[];
  /** For people and language models. */
  readonly description: string;
}

/** What a task definition is made from. */
export interface DefineTaskOptions<InputSchema extends StandardSchema, OutputSchema extends StandardSchema> {
  /** 1 to 128 characters. */
  readonly type: string;
  /** Any Standard Schema of an object: zod, Valibot, ArkType. */
  readonly input: InputSchema;
  /** Any Standard Schema of a JSON value. */
  readonly output: OutputSchema;
  /**
   * What an agent must be capable of to be given such a task.
   * @default none
   */
  readonly requiredCapabilities?: readonly string[];
  /**
   * For people and language models.
   * @default ""
   */
  readonly description?: string;
}

/** Defines a kind of task. Throws INVALID_OPTIONS. */
export function defineTask<InputSchema extends StandardSchema, OutputSchema extends StandardSchema>(
  options: DefineTaskOptions<InputSchema, OutputSchema>,
): TaskDefinition<
  SchemaOutput<InputSchema>,
  SchemaOutput<OutputSchema>,
  SchemaInput<InputSchema>,
  SchemaInput<OutputSchema>
> {
  const { type, input, output, requiredCapabilities = [], description = "" } = readOptions(options);
  if (typeof type !== "string" || type.length < 1 || type.length > 128) {
    throw invalidOption("type", `is ${quote(type)}: give 1 to 128 characters`);
  }
  if (!isStandardSchema(input))
    throw invalidOption("input", "is no Standard Schema: give a schema of zod, Valibot or ArkType");
  if (!isStandardSchema(output))
    throw invalidOption("output", "is no Standard Schema: give a schema of zod, Valibot or ArkType");
  const capabilities = checkTexts("requiredCapabilities", requiredCapabilities);
  if (capabilities.includes("")) throw invalidOption("requiredCapabilities", "has an empty one: leave it out");
  if (typeof description !== "string") throw invalidOption("description", `is ${quote(description)}: give a string`);
  return Object.freeze({
    type,
    input: input as StandardSchema<SchemaInput<InputSchema>, SchemaOutput<InputSchema>>,
    output: output as StandardSchema<SchemaInput<OutputSchema>, SchemaOutput<OutputSchema>>,
    requiredCapabilities: Object.freeze(capabilities),
    description,
  });
}
