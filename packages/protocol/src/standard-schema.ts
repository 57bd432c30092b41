import { AgentCommError } from "./errors.js";
import { invalidMessage } from "./invalid-message.js";
import { placeOf } from "./place-of.js";
import { quote } from "./quote.js";

/** What any schema library offers: see https://standardschema.dev. Zod, Valibot and ArkType schemas are of this type. */
export interface StandardSchema<Input = unknown, Output = Input> {
  readonly "~standard": {
    readonly version: 1;
    readonly vendor: string;
    readonly validate: (value: unknown) => StandardResult<Output> | Promise<StandardResult<Output>>;
    readonly types?: { readonly input: Input; readonly output: Output } | undefined;
  };
}

/** What a Standard Schema answers. */
export type StandardResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: readonly StandardIssue[] };

/** One thing that a schema finds wrong. */
export interface StandardIssue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

/** What goes into a schema: the type before its defaults and transformations. */
export type SchemaInput<Schema> = Schema extends StandardSchema<infer Input, infer _Output> ? Input : never;

/** What comes out of a schema: the type after its defaults and transformations. */
export type SchemaOutput<Schema> = Schema extends StandardSchema<infer _Input, infer Output> ? Output : never;

// So many issues are told; a schema may find thousands in a large value.
const TOLD_ISSUES = 10;

/** Whether the value is a Standard Schema. Some libraries' schemas are functions. */
export function isStandardSchema(value: unknown): value is StandardSchema {
  if ((typeof value !== "object" && typeof value !== "function") || value === null) return false;
  try {
    const standard: unknown = (value as Record<string, unknown>)["~standard"];
    return typeof (standard as StandardSchema["~standard"] | undefined)?.validate === "function";
  } catch {
    // A proxy or getter that throws: nothing can be validated with it.
    return false;
  }
}

/**
 * Resolves to what the schema makes of the value. Rejects with INVALID_MESSAGE, naming `what` and the places that are
 * wrong; `details.issues` lists them.
 */
export async function validateWithSchema<Input, Output>(
  schema: StandardSchema<Input, Output>,
  value: unknown,
  what: string,
): Promise<Output> {
  try {
    const result = await schema["~standard"].validate(value);
    if (typeof result !== "object") throw new TypeError(`the schema answered with ${quote(result)}`);
    if (result.issues !== undefined) throw refusal(result.issues, what);
    // Returned from here it would be awaited: and might call what it likes, or never end.
    if (isThenable(result.value)) throw invalidMessage(what, "is a promise, or has a method then: await it first");
    return result.value;
  } catch (error) {
    if (AgentCommError.is(error)) throw error;
    throw invalidMessage(what, "could not be checked: its schema threw, or answered with what is no result", error);
  }
}

function isThenable(value: unknown): boolean {
  const isObject = (typeof value === "object" && value !== null) || typeof value === "function";
  return isObject && typeof (value as { then?: unknown }).then === "function";
}

function refusal(found: readonly StandardIssue[], what: string): AgentCommError {
  const issues = found.slice(0, TOLD_ISSUES).map(({ message, path = [] }) => ({
    path: what + placeOf(path.map((part) => (typeof part === "object" ? part.key : part))),
    message,
  }));
  const told = issues.map(({ path, message }) => `${path}: ${message}`).join("; ");
  const untold = found.length - issues.length;
  return new AgentCommError("INVALID_MESSAGE", untold > 0 ? `${told}; and ${untold} more` : told, {
    outcome: "none",
    details: { field: issues[0]?.path ?? what, issues },
  });
}
