import { quote } from "./finding.js";
import type { FindingList } from "./finding-list.js";
import type { Inspector } from "./inspector.js";
import { createColumnCounter } from "./place-in-line.js";

/** What switches a checker off in TypeScript and JavaScript. */
export const TYPESCRIPT_SUPPRESSIONS = /@ts-(?:ignore|nocheck|expect-error)\b|\b(?:eslint-disable|biome-ignore)\b/u;

/** What switches a checker off in Python. */
export const PYTHON_SUPPRESSIONS = /#\s*(?:type:\s*ignore|noqa|pylint:\s*disable|pyright:\s*ignore)\b/u;

/** Finds the lines which say that a checker is switched off; the first such place on each. */
export function inspectSuppressions(found: FindingList, pattern: RegExp): Inspector {
  return {
    line({ number, text }) {
      const match = pattern.exec(text);
      if (match === null) return;
      found.add("suppression", number, () => ({
        column: createColumnCounter(text)(match.index),
        message: quote(text.slice(match.index)),
      }));
    },
  };
}
