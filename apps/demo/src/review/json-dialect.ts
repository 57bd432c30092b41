/**
 * How a file's JSON is read. "jsonc": with comments and commas before a closing bracket, as TypeScript and editors read their
 * own settings. "lines": one value per line.
 */
export type JsonDialect = "json" | "jsonc" | "lines";

// Files whose own tools read them with comments, whatever their ending says.
const WITH_COMMENTS =
  /^(?:tsconfig|jsconfig)(?:\..+)?\.json$|^\.eslintrc\.json$|^devcontainer\.json$|^api-extractor\.json$|\.jsonc$|\.code-workspace$/;

/** The dialect of a file, by its path. */
export function jsonDialect(path: string): JsonDialect {
  const parts = path.split("/");
  const name = parts.at(-1) as string;
  if (/\.(?:jsonl|ndjson)$/i.test(name)) return "lines";
  return WITH_COMMENTS.test(name) || parts.at(-2) === ".vscode" ? "jsonc" : "json";
}
