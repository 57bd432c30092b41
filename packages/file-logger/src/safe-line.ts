const BEYOND_ASCII = /[^\n -~]/;
// Beyond what JSON escapes: C1 controls (a terminal takes U+009B for the start of an ANSI sequence, some readers U+0085 for
// a new line), the line and paragraph separators, and marks that turn the direction of text around.
const UNSAFE = /[\u007f-\u009f\u2028-\u202e\u2066-\u2069\ufeff]/g;

/** Makes JSON escapes of whatever in a line of JSON could pass for the end of a line, or command a terminal. */
export function safeLine(line: string): string {
  return BEYOND_ASCII.test(line) ? line.replace(UNSAFE, escaped) : line;
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
