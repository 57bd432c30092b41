import type { JsonDialect } from "./json-dialect.js";

/** Where and why a text is not JSON. */
export interface JsonError {
  readonly line: number;
  /** In characters, from 1. */
  readonly column: number;
  readonly message: string;
}

/** What may come next. "after" is behind a value; "number…" are named after what was read last. */
type State =
  | "value"
  | "value-or-end"
  | "key"
  | "key-or-end"
  | "colon"
  | "after"
  | "string"
  | "escape"
  | "hex"
  | "literal"
  | "minus"
  | "zero"
  | "digits"
  | "point"
  | "fraction"
  | "e"
  | "e-sign"
  | "exponent"
  | "slash"
  | "line-comment"
  | "block-comment"
  | "block-star";

const EXPECTED: Readonly<Partial<Record<State, string>>> = {
  value: "a value",
  "value-or-end": 'a value or "]"',
  key: "a key in double quotes",
  "key-or-end": 'a key in double quotes or "}"',
  colon: '":"',
  minus: "a digit",
  point: "a digit",
  e: "a digit or sign",
  "e-sign": "a digit",
  hex: "a hexadecimal digit",
  escape: 'one of " \\ / b f n r t u',
  slash: '"/" or "*"',
};

const NEWLINE = 10;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const MARK = [0xef, 0xbb, 0xbf];

const isDigit = (byte: number): boolean => byte >= 0x30 && byte <= 0x39;
const isSpace = (byte: number): boolean => byte === 0x20 || byte === NEWLINE || byte === 9 || byte === 13;
const isHex = (byte: number): boolean => isDigit(byte) || ((byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x66);

/**
 * Checks a JSON text that comes in pieces, of any size: `add` each, then `end`, which returns the first error or undefined. It
 * agrees with JSON.parse, but also tells the place, and needs no memory but for the brackets that are open.
 */
export function createJsonSyntax(dialect: JsonDialect): { add(piece: Uint8Array): void; end(): JsonError | undefined } {
  const comments = dialect === "jsonc";
  const trailingCommas = comments;
  let state: State = "value";
  let resume: State = "value";
  let isKey = false;
  let literal = "";
  let literalAt = 0;
  let hexLeft = 0;
  // One letter per open bracket.
  const open: ("{" | "[")[] = [];
  let error: JsonError | undefined;
  let line = 1;
  let column = 1;
  let offset = 0;

  const fail = (message: string): void => {
    error ??= { line, column, message };
  };
  const unexpected = (what: string): void => fail(`expected ${expected()}, found ${what}`);
  const expected = (): string => {
    if (state !== "after") return EXPECTED[state] ?? "the end of the value";
    const bracket = open.at(-1);
    if (bracket === undefined) return dialect === "lines" ? "the end of the line" : "the end of the file";
    return bracket === "{" ? '"," or "}"' : '"," or "]"';
  };
  const close = (bracket: "{" | "["): boolean => {
    if (open.at(-1) !== bracket) return false;
    open.pop();
    state = "after";
    return true;
  };

  /** Takes a byte in a state that a new token may begin in. False: it may not. */
  const token = (byte: number): boolean => {
    if (isSpace(byte)) return true;
    if (comments && byte === 0x2f) {
      resume = state;
      state = "slash";
      return true;
    }
    switch (state) {
      case "after":
        if (byte === 0x2c && open.length > 0) {
          const inObject = open.at(-1) === "{";
          if (trailingCommas) state = inObject ? "key-or-end" : "value-or-end";
          else state = inObject ? "key" : "value";
          return true;
        }
        return (byte === 0x7d && close("{")) || (byte === 0x5d && close("["));
      case "colon":
        if (byte !== 0x3a) return false;
        state = "value";
        return true;
      case "key":
      case "key-or-end":
        if (byte === 0x7d && state === "key-or-end") return close("{");
        if (byte !== QUOTE) return false;
        isKey = true;
        state = "string";
        return true;
      default:
        if (byte === 0x5d && state === "value-or-end") return close("[");
        return beginValue(byte);
    }
  };

  const beginValue = (byte: number): boolean => {
    if (byte === QUOTE) {
      isKey = false;
      state = "string";
    } else if (byte === 0x7b) {
      open.push("{");
      state = "key-or-end";
    } else if (byte === 0x5b) {
      open.push("[");
      state = "value-or-end";
    } else if (byte === 0x2d) state = "minus";
    else if (byte === 0x30) state = "zero";
    else if (isDigit(byte)) state = "digits";
    else {
      const word = { t: "true", f: "false", n: "null" }[String.fromCharCode(byte)];
      if (word === undefined) return false;
      literal = word;
      literalAt = 1;
      state = "literal";
    }
    return true;
  };

  /** Takes a byte of a number. False: the number has ended before it, or may not end yet. */
  const number = (byte: number): boolean => {
    const digit = isDigit(byte);
    const exponent = (byte | 0x20) === 0x65;
    if (digit && state !== "zero") {
      if (state === "minus") state = byte === 0x30 ? "zero" : "digits";
      else if (state === "point") state = "fraction";
      else if (state === "e" || state === "e-sign") state = "exponent";
    } else if (byte === 0x2e && (state === "zero" || state === "digits")) state = "point";
    else if (exponent && (state === "zero" || state === "digits" || state === "fraction")) state = "e";
    else if ((byte === 0x2b || byte === 0x2d) && state === "e") state = "e-sign";
    else return false;
    return true;
  };

  const take = (byte: number): void => {
    switch (state) {
      case "string":
        if (byte === QUOTE) state = isKey ? "colon" : "after";
        else if (byte === BACKSLASH) state = "escape";
        else if (byte < 0x20) fail("a string holds a control character, or does not end on its line");
        return;
      case "escape":
        if (byte === 0x75) {
          state = "hex";
          hexLeft = 4;
        } else if ('"\\/bfnrt'.includes(String.fromCharCode(byte))) state = "string";
        else unexpected(name(byte));
        return;
      case "hex":
        hexLeft -= 1;
        if (!isHex(byte)) unexpected(name(byte));
        else if (hexLeft === 0) state = "string";
        return;
      case "literal":
        if (byte !== literal.charCodeAt(literalAt)) fail(`expected ${literal}`);
        literalAt += 1;
        if (literalAt === literal.length) state = "after";
        return;
      case "slash":
        if (byte === 0x2f) state = "line-comment";
        else if (byte === 0x2a) state = "block-comment";
        else unexpected(name(byte));
        return;
      case "line-comment":
        if (byte === NEWLINE) state = resume;
        return;
      case "block-comment":
        if (byte === 0x2a) state = "block-star";
        return;
      case "block-star":
        if (byte === 0x2f) state = resume;
        else if (byte !== 0x2a) state = "block-comment";
        return;
      case "zero":
      case "digits":
      case "fraction":
      case "exponent":
        if (number(byte)) return;
        state = "after";
        break;
      case "minus":
      case "point":
      case "e":
      case "e-sign":
        if (!number(byte)) unexpected(name(byte));
        return;
    }
    if (dialect === "lines" && byte === NEWLINE && open.length === 0 && state === "after") state = "value";
    else if (dialect === "lines" && byte === NEWLINE && open.length > 0) unexpected("the end of the line");
    else if (!token(byte)) unexpected(name(byte));
  };

  return {
    add(piece) {
      for (let at = 0; at < piece.length && error === undefined; at++) {
        const byte = piece[at] as number;
        if (offset < MARK.length && byte === MARK[offset] && line === 1 && column === 1) {
          // A byte order mark: editors and TypeScript pass over it, JSON.parse does not.
          if (!comments) fail("a byte order mark, which JSON does not allow");
          offset += 1;
          continue;
        }
        offset = MARK.length;
        take(byte);
        if (byte === NEWLINE) {
          line += 1;
          column = 1;
        } else if ((byte & 0xc0) !== 0x80) column += 1;
      }
    },
    end() {
      if (error !== undefined) return error;
      if (state === "zero" || state === "digits" || state === "fraction" || state === "exponent") state = "after";
      if (state === "line-comment") state = resume;
      const done = open.length === 0 && (state === "after" || (dialect === "lines" && state === "value"));
      if (!done) unexpected("the end of the file");
      return error;
    },
  };
}

function name(byte: number): string {
  if (byte === NEWLINE) return "the end of the line";
  if (byte === 0x2f) return '"/" (JSON has no comments)';
  if (byte > 0x20 && byte < 0x7f) return `"${String.fromCharCode(byte)}"`;
  return byte >= 0x80 ? "a character beyond ASCII" : `the byte 0x${byte.toString(16).padStart(2, "0")}`;
}
