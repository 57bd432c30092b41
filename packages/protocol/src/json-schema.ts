import { z } from "zod";
import { anyWireSchema } from "./wire-schema.js";

/** The JSON Schema of a message on the wire, made from the schemas that decoding uses. */
export function messageJsonSchema(): object {
  const schema = z.toJSONSchema(anyWireSchema(), {
    target: "draft-2020-12",
    // As a writer may write it: what decoding fills in need not be there.
    io: "input",
    // Objects of the user's own are a custom check to zod, which says of itself that it is an object.
    unrepresentable: "any",
  });
  const { $schema, ...rest } = schema;
  return {
    $schema,
    title: "AgentComm message",
    description:
      "One message on the wire, UTF-8 JSON. Fields that are not named here are allowed; a reader ignores them at the top level and passes them on inside content.",
    ...rest,
  };
}
