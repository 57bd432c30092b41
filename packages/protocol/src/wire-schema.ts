/** A message on the wire, as zod schemas: what decoding checks, and what the published JSON Schema is made from. */
import { z } from "zod";
import { anyObject, CONTENT_FIELDS, timestampSchema } from "./content-fields.js";
import { ADDRESS_PATTERN, AGENT_ID_PATTERN, MESSAGE_ID_PATTERN } from "./ids.js";
import { type BuiltInMessageType, MESSAGE_TYPES, PRIORITIES } from "./message.js";
import { TRACEPARENT_PATTERN } from "./message-fields.js";

/** The older name of "task_assignment". Read, never written. */
export const TASK_REQUEST = "task_request";

/** A custom type: the grammar of message types without the built-in ones. */
const CUSTOM_TYPE_PATTERN = new RegExp(`^(?!(?:${[...MESSAGE_TYPES, TASK_REQUEST].join("|")})$)[a-z][a-z0-9_.]{0,62}$`);

export const messageIdSchema = z.string().regex(MESSAGE_ID_PATTERN, "expected 1 to 128 printable ASCII characters");
export const agentIdSchema = z.string().regex(AGENT_ID_PATTERN, "expected an agent id");
export const addressSchema = z.string().regex(ADDRESS_PATTERN, 'expected an agent id, "*", or "#" and a topic');

function messageSchema<Type extends z.ZodType, Content extends z.ZodType>(type: Type, content: Content) {
  return z.object({
    message_id: messageIdSchema,
    from_agent: agentIdSchema,
    to_agent: addressSchema,
    message_type: type,
    content,
    priority: z.enum(PRIORITIES).nullish(),
    timestamp: timestampSchema,
    correlation_id: messageIdSchema.nullish(),
    expires_at: timestampSchema.nullish(),
    trace: z
      .object({
        traceparent: z.string().regex(TRACEPARENT_PATTERN, "expected a W3C traceparent"),
        tracestate: z.string().nullish(),
      })
      .nullish(),
    headers: z.record(z.string(), z.string()).nullish(),
  });
}

/** Content with its known keys checked, none demanded. The TypeScript spelling of one is refused: it would be mistaken for it. */
function contentSchema(type: BuiltInMessageType) {
  const shape: Record<string, z.ZodType> = {};
  for (const { name, wire, kind } of CONTENT_FIELDS[type]) {
    shape[wire] = kind.nullable === true ? kind.schema.optional() : kind.schema.nullish();
    if (name !== wire) shape[name] = z.never(`on the wire this key is spelled ${wire}`).optional();
  }
  return z.looseObject(shape);
}

const customSchema = messageSchema(
  z
    .string()
    .regex(CUSTOM_TYPE_PATTERN, "expected a built-in type, or a lower-case letter and up to 62 of a-z, 0-9, _ and ."),
  anyObject,
);

/** A message on the wire, of whatever type. */
export type WireMessage = z.infer<typeof customSchema>;

const SCHEMAS: ReadonlyMap<string, z.ZodType<WireMessage>> = new Map(
  MESSAGE_TYPES.flatMap((type) => {
    const names = type === "task_assignment" ? [type, TASK_REQUEST] : [type];
    const schema = messageSchema(z.enum(names), contentSchema(type)) as unknown as z.ZodType<WireMessage>;
    return names.map((name) => [name, schema] as const);
  }),
);

/** The schema of the messages of one type. */
export function wireSchema(type: unknown): z.ZodType<WireMessage> {
  return (typeof type === "string" ? SCHEMAS.get(type) : undefined) ?? customSchema;
}

/** Any message: the schema that is published. */
export function anyWireSchema(): z.ZodType<WireMessage> {
  return z.union([...new Set(SCHEMAS.values()), customSchema]);
}
