/** What JSON can say. */
export type JsonValue = string | number | boolean | null | readonly JsonValue[] | JsonObject;

/** A JSON object. A key whose value is undefined is left out on the wire. */
export interface JsonObject {
  readonly [key: string]: JsonValue | undefined;
}
