import { z } from "zod";
import { anyObject, timestampSchema } from "./content-fields.js";
import { addressSchema, agentIdSchema, anyWireSchema, messageIdSchema } from "./wire-schema.js";

/** The JSON Schema of a message on the wire, made from the schemas that decoding uses. */
export function messageJsonSchema(): object {
  const named = z.registry<{ id: string; description: string }>();
  named.add(messageIdSchema, { id: "message_id", description: "1 to 128 printable ASCII characters." });
  named.add(agentIdSchema, { id: "agent_id", description: "The id of an agent." });
  named.add(addressSchema, { id: "address", description: 'An agent id, "*" for everybody, or "#" and a topic.' });
  named.add(timestampSchema, {
    id: "timestamp",
    description: "ISO 8601. Without a zone it means UTC. The day and the time must exist, which no pattern can tell.",
  });
  const { $schema, ...rest } = z.toJSONSchema(anyWireSchema(), {
    target: "draft-2020-12",
    // As a writer may write it: what decoding fills in need not be there.
    io: "input",
    metadata: named,
    unrepresentable: "any",
    override({ zodSchema, jsonSchema }) {
      // To zod this is a check of its own, of which it knows nothing.
      if (zodSchema === anyObject) jsonSchema.type = "object";
    },
  });
  return {
    $schema,
    title: "AgentComm message",
    description:
      "One message on the wire, UTF-8 JSON. Fields that are not named here are allowed: a reader ignores them at the top level and passes them on inside content. null means the same as leaving out, where that is allowed; in result, data and details it is a value.",
    ...rest,
  };
}
