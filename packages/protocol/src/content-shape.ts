import { CONTENT_FIELDS, type ContentField } from "./content-fields.js";
import type { KeyRule } from "./copy-json.js";
import { invalidMessage } from "./invalid-message.js";
import type { JsonValue } from "./json.js";
import { MESSAGE_TYPES } from "./message.js";
import { quote } from "./quote.js";

/** How the known keys of content are written: as in TypeScript, or as on the wire. */
export type Spelling = "name" | "wire";

/** The known keys of one built-in type, ready to look up. */
export interface ContentShape {
  readonly byName: ReadonlyMap<string, ContentField>;
  readonly byWire: ReadonlyMap<string, ContentField>;
  /** Those that are filled in where they are left out. */
  readonly filled: readonly (ContentField & { readonly fill: () => JsonValue })[];
  /** Checks a key of content in TypeScript's spelling; gives it in the wanted one. */
  readonly rules: Readonly<Record<Spelling, KeyRule>>;
}

const SHAPES: ReadonlyMap<string, ContentShape> = new Map(
  MESSAGE_TYPES.map((type) => {
    const fields = CONTENT_FIELDS[type];
    const byName = new Map(fields.map((field) => [field.name, field]));
    const byWire = new Map(fields.map((field) => [field.wire, field]));
    const ruleFor = (spelling: Spelling): KeyRule => {
      return (key, value) => {
        const field = byName.get(key);
        if (field === undefined) {
          const meant = byWire.get(key);
          if (meant === undefined) return key;
          throw invalidMessage(`content.${key}`, `is the spelling of the wire: write ${meant.name}`);
        }
        if (field.kind.accepts(value)) return field[spelling];
        throw invalidMessage(`content.${key}`, `is ${quote(value)}: it must be ${field.kind.expects}`);
      };
    };
    return [
      type,
      {
        byName,
        byWire,
        filled: fields.filter((field) => field.fill !== undefined) as ContentShape["filled"],
        rules: { name: ruleFor("name"), wire: ruleFor("wire") },
      },
    ];
  }),
);

/** The known keys of a message type; undefined for a custom one. */
export function contentShape(type: string): ContentShape | undefined {
  return SHAPES.get(type);
}
