/** What a reviewer can be good at. "review.general" is for what no specialist takes. */
export const CAPABILITIES = [
  "review.typescript",
  "review.python",
  "review.markdown",
  "review.json",
  "review.general",
] as const;

/** One of {@link CAPABILITIES}. */
export type Capability = (typeof CAPABILITIES)[number];

const BY_ENDING: readonly (readonly [RegExp, Capability])[] = [
  [/\.[cm]?[jt]sx?$/i, "review.typescript"],
  [/\.pyi?$/i, "review.python"],
  [/\.(?:md|markdown)$/i, "review.markdown"],
  [/\.(?:json|jsonc|jsonl|ndjson|geojson|webmanifest|code-workspace)$/i, "review.json"],
];

/** The capability that a file's review takes, by its path. */
export function capabilityFor(path: string): Capability {
  return BY_ENDING.find(([ending]) => ending.test(path))?.[1] ?? "review.general";
}
