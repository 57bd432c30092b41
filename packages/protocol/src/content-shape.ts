import { CONTENT_FIELDS, type ContentField } from "./content-fields.js";
import type { JsonValue } from "./json.js";
import { MESSAGE_TYPES } from "./message.js";

/** The known keys of one built-in type, ready to look up. */
export interface ContentShape {
  readonly byName: ReadonlyMap<string, ContentField>;
  readonly byWire: ReadonlyMap<string, ContentField>;
  /** Those that are filled in where they are left out. */
  readonly filled: readonly (ContentField & { readonly fill: () => JsonValue })[];
}

const SHAPES: ReadonlyMap<string, ContentShape> = new Map(
  MESSAGE_TYPES.map((type) => {
    const fields = CONTENT_FIELDS[type];
    return [
      type,
      {
        byName: new Map(fields.map((field) => [field.name, field])),
        byWire: new Map(fields.map((field) => [field.wire, field])),
        filled: fields.filter((field) => field.fill !== undefined) as ContentShape["filled"],
      },
    ];
  }),
);

/** The known keys of a message type; undefined for a custom one. */
export function contentShape(type: string): ContentShape | undefined {
  return SHAPES.get(type);
}
