import { AgentCommError } from "./errors.js";
import { isForbiddenKey } from "./forbidden-keys.js";
import { invalidMessage } from "./invalid-message.js";
import type { JsonValue } from "./json.js";
import { type Limits, tooDeep, tooManyBytes } from "./limits.js";
import { quote } from "./quote.js";

/**
 * Copies a value that a caller gave us, reading every property exactly once. The copy holds plain objects, arrays,
 * strings, finite numbers, booleans and null only: what JSON cannot say is refused with INVALID_MESSAGE, naming the
 * place, rather than bent into something else as JSON.stringify would. Keys whose value is undefined are left out.
 *
 * `what` names the value in errors, `depth` is the nesting that it already has around it.
 */
export function copyJson(value: unknown, what: string, depth: number, limits: Limits): JsonValue {
  const copier = new JsonCopier(what, depth, limits);
  try {
    return copier.copy(value);
  } catch (error) {
    if (AgentCommError.is(error)) throw error;
    throw invalidMessage(copier.place(), "cannot be read: a getter, a proxy or its size made reading fail", error);
  }
}

class JsonCopier {
  readonly #what: string;
  readonly #limits: Limits;
  readonly #path: (string | number)[] = [];
  readonly #around: object[] = [];
  readonly #outerDepth: number;
  // Counts what the value takes on the wire at least: so endless data ends here, before anything of its size is built.
  #bytesLeft: number;
  #key: string | number | undefined;

  constructor(what: string, depth: number, limits: Limits) {
    this.#what = what;
    this.#limits = limits;
    this.#outerDepth = depth;
    this.#bytesLeft = limits.maxMessageBytes;
  }

  place(): string {
    const keys = this.#key === undefined ? this.#path : [...this.#path, this.#key];
    return this.#what + placeOf(keys);
  }

  copy(value: unknown): JsonValue {
    switch (typeof value) {
      case "string":
        this.#spend(value.length + 2);
        return value;
      case "number":
        this.#spend(1);
        if (!Number.isFinite(value)) throw invalidMessage(this.place(), `is ${value}: JSON has no such number`);
        // -0 would come back as 0.
        return value + 0;
      case "boolean":
        this.#spend(4);
        return value;
      case "object":
        if (value === null) {
          this.#spend(4);
          return null;
        }
        return this.#copyContainer(value);
      default:
        throw invalidMessage(
          this.place(),
          `is ${value === undefined ? "undefined" : `a ${typeof value}`}: JSON cannot say that`,
        );
    }
  }

  #copyContainer(value: object): JsonValue {
    const depth = this.#around.length;
    if (depth + this.#outerDepth >= this.#limits.maxDepth) {
      if (this.#around.includes(value)) throw invalidMessage(this.place(), "contains itself: JSON cannot say that");
      throw tooDeep(this.#what, this.#limits);
    }
    this.#spend(2);
    const key = this.#key;
    if (key !== undefined) this.#path.push(key);
    this.#key = undefined;
    this.#around.push(value);
    const copied = Array.isArray(value) ? this.#copyArray(value) : this.#copyObject(value);
    this.#around.pop();
    if (key !== undefined) this.#path.pop();
    return copied;
  }

  #copyArray(value: readonly unknown[]): JsonValue[] {
    const copied: JsonValue[] = [];
    const length = value.length;
    for (let index = 0; index < length; index++) {
      this.#key = index;
      copied.push(this.copy(value[index]));
    }
    this.#key = undefined;
    return copied;
  }

  #copyObject(value: object): Record<string, JsonValue> {
    if (!isPlain(value)) {
      throw invalidMessage(
        this.place(),
        `is ${nameOf(value)}: only plain objects and arrays can be sent; turn it into one`,
      );
    }
    const copied: Record<string, JsonValue> = {};
    for (const key of Object.keys(value)) {
      this.#key = key;
      const item = (value as Record<string, unknown>)[key];
      if (item === undefined) continue;
      if (isForbiddenKey(key)) throw invalidMessage(this.place(), "has a key that is not allowed: rename it");
      this.#spend(key.length + 3);
      copied[key] = this.copy(item);
    }
    this.#key = undefined;
    return copied;
  }

  #spend(bytes: number): void {
    this.#bytesLeft -= bytes;
    if (this.#bytesLeft < 0) throw tooManyBytes(this.#what, this.#limits);
  }
}

/** Whether it is an object literal, or made by Object.create(null), of this realm or another. */
export function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null || Object.getPrototypeOf(prototype) === null;
}

function nameOf(value: object): string {
  const name: unknown = value.constructor?.name;
  return typeof name === "string" && name !== "" ? `an instance of ${quote(name).slice(1, -1)}` : "no plain object";
}

/** Writes keys as a path: `.a[0]["b c"]`. */
export function placeOf(keys: readonly PropertyKey[]): string {
  return keys
    .map((key) => {
      if (typeof key === "number") return `[${key}]`;
      const text = String(key);
      return /^[A-Za-z_$][\w$]{0,62}$/.test(text) ? `.${text}` : `[${quote(text)}]`;
    })
    .join("");
}
