import type { FindingList } from "./finding-list.js";
import type { Inspector } from "./inspector.js";

const TABS = /^\t/;
// One space is no indentation: it aligns the star of a comment.
const SPACES = /^ {2,}/;
const SPACE_BEFORE_TAB = /^\t* +\t/;
const TRAILING = /[ \t]$/;

/** Finds white space at the end of lines, and indentation that mixes tabs and spaces. One finding of each per file. */
export function inspectWhiteSpace(found: FindingList): Inspector {
  const trailing = new Lines();
  const tabs = new Lines();
  const spaces = new Lines();
  const both = new Lines();
  return {
    line({ number, text }) {
      if (TRAILING.test(text)) trailing.add(number);
      if (text.trim() === "") return;
      if (SPACE_BEFORE_TAB.test(text)) both.add(number);
      else if (TABS.test(text)) tabs.add(number);
      else if (SPACES.test(text)) spaces.add(number);
    },
    end() {
      if (trailing.count > 0) {
        const message = `white space at the end of ${trailing}`;
        found.add("trailing-white-space", trailing.first, () => ({ message }), trailing.count);
      }
      if (both.count > 0 || (tabs.count > 0 && spaces.count > 0)) {
        const parts = [
          ...(tabs.count > 0 ? [`tabs on ${tabs}`] : []),
          ...(spaces.count > 0 ? [`spaces on ${spaces}`] : []),
          ...(both.count > 0 ? [`a space before a tab on ${both}`] : []),
        ];
        const line = Math.min(tabs.first, spaces.first, both.first);
        found.add("mixed-indentation", line, () => ({ message: `indented with ${parts.join(", ")}` }));
      }
    },
  };
}

const SHOWN_LINES = 10;

/** Line numbers: how many, and the first few. */
class Lines {
  count = 0;
  readonly #shown: number[] = [];

  add(line: number): void {
    this.count += 1;
    if (this.#shown.length < SHOWN_LINES) this.#shown.push(line);
  }

  get first(): number {
    return this.#shown[0] ?? Number.POSITIVE_INFINITY;
  }

  toString(): string {
    const shown = this.#shown.join(", ");
    if (this.count === 1) return `line ${shown}`;
    return `${this.count} lines: ${shown}${this.count > SHOWN_LINES ? ", …" : ""}`;
  }
}
