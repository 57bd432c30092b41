const BEYOND_ASCII = /[^\n -~]/;
// Beyond what JSON escapes: C1 controls (a terminal takes U+009B for the start of an ANSI sequence, some readers U+0085 for
// a new line), the line and paragraph separators, all marks that turn the direction of text around (Bidi_Control), and half a
// surrogate pair, which pino leaves as it is and UTF-8 cannot say: another text would be written.
const UNSAFE = /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufeff]/gu;

/** Makes JSON escapes of whatever in a line of JSON could pass for the end of a line, command a terminal, or be lost in UTF-8. */
export function safeLine(line: string): string {
  return BEYOND_ASCII.test(line) ? line.replace(UNSAFE, escaped) : line;
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
