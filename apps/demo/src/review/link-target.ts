const ENTITIES: Readonly<Record<string, string>> = {
  "&amp;": "&",
  "&lt;": "<",
  "&gt;": ">",
  "&quot;": '"',
  "&#39;": "'",
};

/**
 * The file that a Markdown link points to, relative to the text's own folder, in the spellings that it may have. Undefined if
 * it points elsewhere: to a web address, a place within the text, a path from a site's root, or into a template.
 */
export function linkTarget(destination: string): readonly string[] | undefined {
  if (/^[A-Za-z][A-Za-z0-9+.-]*:/.test(destination) || destination.startsWith("/")) return undefined;
  if (/\{\{|\{%|<%|\$\{/.test(destination)) return undefined;
  const path = destination
    .replace(/[#?].*$/s, "")
    .replace(/\\([!-/:-@[-`{-~])/g, "$1")
    .replace(/&(?:amp|lt|gt|quot|#39);/g, (entity) => ENTITIES[entity] as string);
  if (path === "" || path.includes("\0")) return undefined;
  const decoded = decodePercent(path);
  return decoded === path ? [path] : [decoded, path];
}

function decodePercent(path: string): string {
  try {
    const decoded = decodeURIComponent(path);
    return decoded.includes("\0") ? path : decoded;
  } catch {
    // Not percent-encoded after all: a file may well be called "100%.md".
    return path;
  }
}
