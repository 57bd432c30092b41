import fc, { type Arbitrary } from "fast-check";
import { anyJson, anyText } from "./json.js";

/** As much of JSON Schema as the schema of messages uses. */
export interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly enum?: readonly string[];
  readonly pattern?: string;
  readonly anyOf?: readonly Schema[];
  readonly not?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: Schema | boolean;
  readonly items?: Schema;
  readonly minimum?: number;
  readonly maximum?: number;
}

/** What values of the schema are made with, where the schema says less than is worth trying. */
export interface SchemaContext {
  readonly definitions: Readonly<Record<string, Schema>>;
  /** By pattern: fast-check makes no text for one that looks ahead. */
  readonly texts: ReadonlyMap<string, Arbitrary<string>>;
  /** By property: values that meet others, such as the id of a task that is there. Some of the time. */
  readonly likely: Readonly<Record<string, readonly unknown[]>>;
}

/** Values that a schema accepts. Throws for a schema with something that is not known here. */
export function fromSchema(schema: Schema, context: SchemaContext): Arbitrary<unknown> {
  const { definitions, texts } = context;
  if (schema.$ref !== undefined) {
    const name = schema.$ref.replace("#/$defs/", "");
    const found = definitions[name];
    if (found === undefined) throw new Error(`the schema names ${schema.$ref}, which is not there`);
    return fromSchema(found, context);
  }
  if (schema.anyOf !== undefined) return fc.oneof(...schema.anyOf.map((each) => fromSchema(each, context)));
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
  if (schema.pattern !== undefined) {
    const text = texts.get(schema.pattern);
    if (text === undefined) throw new Error(`no texts are known for the pattern ${schema.pattern}`);
    return text;
  }
  if (Array.isArray(schema.type))
    return fc.oneof(...schema.type.map((type) => fromSchema({ ...schema, type }, context)));
  switch (schema.type) {
    case undefined:
      return anyJson;
    case "null":
      return fc.constant(null);
    case "boolean":
      return fc.boolean();
    case "string":
      return anyText;
    case "integer":
      return fc.maxSafeInteger().map((value) => Math.max(Math.abs(value), schema.minimum ?? 0));
    case "number":
      return fc.double({ min: schema.minimum ?? -1e300, max: schema.maximum ?? 1e300, noNaN: true });
    case "array":
      return fc.array(fromSchema(schema.items ?? {}, context), { maxLength: 4 });
    case "object":
      return objectOf(schema, context);
    default:
      throw new Error(`the schema names the type ${String(schema.type)}, which is not known`);
  }
}

function objectOf(schema: Schema, context: SchemaContext): Arbitrary<unknown> {
  const { properties = {}, required = [], additionalProperties } = schema;
  const arbitraries: Record<string, Arbitrary<unknown>> = {};
  for (const [key, property] of Object.entries(properties)) {
    // What may not be there.
    if (property.not !== undefined) continue;
    const value = fromSchema(property, context);
    const likely = context.likely[key];
    arbitraries[key] =
      likely === undefined ? value : fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...likely) }, value);
  }
  const known = fc.record(arbitraries, { requiredKeys: [...required] });
  const open = typeof additionalProperties === "object" || Object.keys(properties).length === 0;
  if (!open) return known;
  const more = fromSchema(typeof additionalProperties === "object" ? additionalProperties : {}, context);
  // Under names that no property of any type has, in whatever spelling.
  const others = fc.dictionary(
    anyText.map((text) => `~${text}`),
    more,
    { maxKeys: 3 },
  );
  return fc.tuple(known, others).map(([known, others]) => ({ ...known, ...others }));
}
