import { quote } from "./finding.js";
import type { FindingList } from "./finding-list.js";
import type { Inspector } from "./inspector.js";
import { createColumnCounter } from "./place-in-line.js";

// Whole words only, as `grep -w` sees them: neither TODOS nor MY_TODO.
const OPEN_WORK = /(?<![\p{L}\p{M}\p{N}_])(?:TODO|FIXME)(?![\p{L}\p{M}\p{N}_])/gu;

/** Finds each TODO and FIXME, with its place. */
export function inspectOpenWork(found: FindingList): Inspector {
  return {
    line({ number, text }) {
      const column = createColumnCounter(text);
      for (const match of text.matchAll(OPEN_WORK)) {
        const kind = match[0] === "TODO" ? "todo" : "fixme";
        found.add(kind, number, () => ({ column: column(match.index), message: quote(text.slice(match.index)) }));
      }
    },
  };
}
