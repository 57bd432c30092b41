const SHOWN_CHARACTERS = 80;

/**
 * Shows a value that somebody else chose, for an error message: short, on one line, in printable ASCII, so that it can
 * neither forge a line of a log nor hide what it is. Never throws.
 */
export function quote(value: unknown): string {
  if (typeof value === "string") {
    const shown = value.length > SHOWN_CHARACTERS ? value.slice(0, SHOWN_CHARACTERS) : value;
    const escaped = JSON.stringify(shown).replace(
      /[^\x20-\x7e]/g,
      (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
    );
    return shown === value ? escaped : `${escaped}... (${value.length} characters)`;
  }
  if (typeof value === "number" || typeof value === "boolean" || value === null) return String(value);
  if (value === undefined) return "undefined";
  if (typeof value === "object") return isArray(value) ? "an array" : "an object";
  return `a ${typeof value}`;
}

function isArray(value: object): boolean {
  try {
    return Array.isArray(value);
  } catch {
    // A revoked proxy; it is nothing any more.
    return false;
  }
}
