import { isPrintable } from "./printable.js";

/** Whose words are counted: those of `wc -w` in a UTF-8 locale, or in the C (POSIX) locale, where only ASCII is printable. */
export type WordRule = "utf-8" | "posix";

/** What a file amounts to. */
export interface ByteCounts {
  /** As `wc -l`: newlines. */
  readonly lines: number;
  /** As `wc -w`. */
  readonly words: number;
  /** As `wc -c`. */
  readonly bytes: number;
  /** Lines of nothing but white space, a last one without newline included: as `grep -cE '^[[:space:]]*$'`. */
  readonly blankLines: number;
  /** The longest line: its number and its length in characters, line end not counted; a tab is one. Absent in an empty file. */
  readonly longestLine?: { readonly line: number; readonly characters: number };
  /** It holds a NUL byte, which no text does. */
  readonly binary: boolean;
  /** The number of the first line with bytes that are not UTF-8. Absent: there are none. */
  readonly notUtf8Line?: number;
}

const SEPARATOR = 1;
const WORD = 2;
const NEWLINE = 10;
const RETURN = 13;

/** What each ASCII byte is to `wc -w`: a separator, part of a word, or (0) neither: a control character. */
const KIND = new Uint8Array(128);
KIND.fill(WORD, 0x21, 0x7f);
for (const separator of [9, 10, 11, 12, 13, 32]) KIND[separator] = SEPARATOR;

// What counts as a separator beyond ASCII, measured on GNU wc 9.1 with every code point.
const isWideSeparator = (codePoint: number): boolean =>
  codePoint === 0xa0 ||
  codePoint === 0x1680 ||
  (codePoint >= 0x2000 && codePoint <= 0x200a) ||
  codePoint === 0x202f ||
  codePoint === 0x205f ||
  codePoint === 0x2060 ||
  codePoint === 0x3000;

/** Counts a file that comes in pieces: `add` each, then `end`. */
export function createByteCounter(rule: WordRule): { add(piece: Uint8Array): void; end(): ByteCounts } {
  const utf8 = rule === "utf-8";
  let lines = 0;
  let words = 0;
  let bytes = 0;
  let blankLines = 0;
  let binary = false;
  let inWord = false;
  let inked = false;
  let characters = 0;
  let lineBytes = 0;
  let previous = 0;
  let longest = -1;
  let longestLine = 0;
  let notUtf8Line: number | undefined;
  // The UTF-8 sequence under way: bytes still to come, what they spell so far, and the least they may spell.
  let missing = 0;
  let codePoint = 0;
  let least = 0;

  const endLine = (): void => {
    if (!inked) blankLines += 1;
    const length = previous === RETURN ? characters - 1 : characters;
    if (length > longest) {
      longest = length;
      longestLine = lines + 1;
    }
    inked = false;
    characters = 0;
    lineBytes = 0;
  };
  const invalid = (): void => {
    notUtf8Line ??= lines + 1;
  };
  const endSequence = (): void => {
    if (codePoint < least || codePoint > 0x10ffff || (codePoint >= 0xd800 && codePoint <= 0xdfff)) invalid();
    else if (utf8 && isWideSeparator(codePoint)) {
      if (inWord) words += 1;
      inWord = false;
    } else if (utf8 && !inWord) inWord = isPrintable(codePoint);
  };

  return {
    add(piece) {
      bytes += piece.length;
      for (let at = 0; at < piece.length; at++) {
        const byte = piece[at] as number;
        if (missing > 0) {
          if ((byte & 0xc0) === 0x80) {
            codePoint = (codePoint << 6) | (byte & 0x3f);
            lineBytes += 1;
            previous = byte;
            missing -= 1;
            if (missing === 0) endSequence();
            continue;
          }
          missing = 0;
          invalid();
        }
        if (byte < 0x80) {
          const kind = KIND[byte];
          if (kind === WORD) {
            inWord = true;
            inked = true;
          } else if (kind === SEPARATOR) {
            if (inWord) words += 1;
            inWord = false;
          } else {
            inked = true;
            if (byte === 0) binary = true;
          }
          if (byte === NEWLINE) {
            endLine();
            lines += 1;
          } else {
            characters += 1;
            lineBytes += 1;
          }
        } else {
          inked = true;
          lineBytes += 1;
          characters += 1;
          if (byte >= 0xc2 && byte < 0xe0) {
            missing = 1;
            codePoint = byte & 0x1f;
            least = 0x80;
          } else if (byte >= 0xe0 && byte < 0xf0) {
            missing = 2;
            codePoint = byte & 0x0f;
            least = 0x800;
          } else if (byte >= 0xf0 && byte < 0xf5) {
            missing = 3;
            codePoint = byte & 0x07;
            least = 0x10000;
          } else invalid();
        }
        previous = byte;
      }
    },
    end() {
      if (missing > 0) invalid();
      if (inWord) words += 1;
      if (lineBytes > 0) endLine();
      return {
        lines,
        words,
        bytes,
        blankLines,
        ...(longest >= 0 ? { longestLine: { line: longestLine, characters: longest } } : {}),
        binary,
        ...(notUtf8Line === undefined ? {} : { notUtf8Line }),
      };
    },
  };
}
