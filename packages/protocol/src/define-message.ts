import { readOptions } from "./check-options.js";
import { type CreateMessageOptions, createMessage } from "./create-message.js";
import { isMessageType } from "./ids.js";
import { invalidMessage, readingForeign } from "./invalid-message.js";
import { invalidOption } from "./invalid-option.js";
import { type AgentMessage, MESSAGE_TYPES, type MessageInput } from "./message.js";
import { quote } from "./quote.js";
import {
  isStandardSchema,
  type SchemaInput,
  type SchemaOutput,
  type StandardSchema,
  validateWithSchema,
} from "./standard-schema.js";
import { TASK_REQUEST } from "./wire-schema.js";

/**
 * A custom kind of message: its type and what its content is. `SentContent` is what a sender gives, `Content` what a
 * receiver gets; they differ only where the schema fills in or transforms.
 */
export interface MessageDefinition<Type extends string, Content, SentContent = Content> {
  readonly type: Type;
  readonly content: StandardSchema<SentContent, Content>;
  /**
   * Builds a message of this type, as `createMessage` does. Its content travels as given, before the schema's defaults and
   * transformations. Rejects with INVALID_MESSAGE if the schema refuses the content, and with what `createMessage` throws.
   */
  create(
    input: Omit<MessageInput, "type" | "content"> & { readonly content: SentContent },
    options?: CreateMessageOptions,
  ): Promise<AgentMessage<Type>>;
  /** Whether a message is of this type. Its content may still be wrong: `read` tells. */
  matches(message: AgentMessage): message is AgentMessage<Type>;
  /** Resolves to the content, validated. Rejects with INVALID_MESSAGE if the message has another type or wrong content. */
  read(message: AgentMessage): Promise<Content>;
}

/** Defines a custom kind of message. Any Standard Schema of an object will do: zod, Valibot, ArkType. Throws INVALID_OPTIONS. */
export function defineMessage<Type extends string, ContentSchema extends StandardSchema>(options: {
  /** `^[a-z][a-z0-9_.]{0,62}$`, and none of the built-in types. */
  readonly type: Type;
  readonly content: ContentSchema;
}): MessageDefinition<Type, SchemaOutput<ContentSchema>, SchemaInput<ContentSchema>> {
  const { type, content: schema } = readOptions(options);
  checkCustomType(type);
  if (!isStandardSchema(schema)) {
    throw invalidOption("content", "is no Standard Schema: give a schema of zod, Valibot or ArkType");
  }
  const content = schema as StandardSchema<SchemaInput<ContentSchema>, SchemaOutput<ContentSchema>>;
  const matches = (message: AgentMessage): message is AgentMessage<Type> => message.type === type;

  return Object.freeze({
    type,
    content,
    matches,
    async create(input, createOptions) {
      const whole = readingForeign("message", () => ({ ...input, type, content: input.content }));
      // What is validated is the copy that is sent, whatever the caller does to the input meanwhile.
      const message = createMessage(whole as MessageInput<Type>, createOptions);
      await validateWithSchema(content, message.content, "content");
      return message;
    },
    async read(message) {
      const given = readingForeign("message", () => {
        if (!matches(message)) throw invalidMessage("type", `is ${quote(message.type)}, not ${quote(type)}`);
        return message.content;
      });
      return await validateWithSchema(content, given, "content");
    },
  } satisfies MessageDefinition<Type, SchemaOutput<ContentSchema>, SchemaInput<ContentSchema>>);
}

function checkCustomType(type: string): void {
  if (!isMessageType(type)) {
    throw invalidOption("type", `is ${quote(type)}: use a lower-case letter and up to 62 of a-z, 0-9, "_" and "."`);
  }
  if (type === TASK_REQUEST || (MESSAGE_TYPES as readonly string[]).includes(type)) {
    throw invalidOption("type", `is ${quote(type)}, a built-in type: choose another`);
  }
}
