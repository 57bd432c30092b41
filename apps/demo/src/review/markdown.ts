import { quote } from "./finding.js";
import type { FindingList } from "./finding-list.js";
import type { Inspector } from "./inspector.js";
import { findDestinations } from "./markdown-destinations.js";

/** A link to a file, as a Markdown text spells it. */
export interface FileLink {
  readonly line: number;
  /** As written. */
  readonly destination: string;
}

/** Links that are kept for looking whether their files are there. A text with more of them is a generated one. */
const MAX_LINKS = 10_000;

const FENCE = /^ {0,3}(`{3,}|~{3,})(.*)$/;
const HEADING = /^ {0,3}(#{1,6})(?:[ \t]+(.*))?$/;
const UNDERLINE = /^ {0,3}(=+|-+)[ \t]*$/;
const INDENTED = /^(?: {4}|\t)/;
const LIST_ITEM = /^[ \t]*(?:[-*+]|\d{1,9}[.)])(?:[ \t]|$)/;
// What a heading's underline may not follow: there it is a thematic break or a table.
const NO_PARAGRAPH = /^[ \t]*(?:>|[-*+][ \t]|\d{1,9}[.)][ \t]|\||<)/;
const MAX_BLOCK = 64 * 1024;

/**
 * Reads Markdown as far as it takes to find headings that skip a level, and the links to files. What stands in code, comments
 * and front matter is neither. `links` is complete once the inspector has ended.
 */
export function inspectMarkdown(found: FindingList): Inspector & { readonly links: readonly FileLink[] } {
  const links: FileLink[] = [];
  let fence: string | undefined;
  let frontMatter = false;
  let comment = false;
  let inList = false;
  let inCode = false;
  let blank = true;
  let block = "";
  let blockLine = 0;
  let blockLines = 0;
  let lastHeading: number | undefined;

  const heading = (line: number, level: number, text: string): void => {
    const above = lastHeading;
    if (above !== undefined && level > above + 1) {
      found.add("heading", line, () => ({ message: `level ${level} follows level ${above}: ${quote(text)}` }));
    }
    lastHeading = level;
  };
  const endBlock = (): void => {
    for (const { destination, line } of findDestinations(block)) {
      if (links.length < MAX_LINKS) links.push({ destination, line: blockLine + line });
    }
    block = "";
    blockLines = 0;
  };
  const addToBlock = (number: number, text: string): void => {
    if (blockLines === 0) blockLine = number;
    block += blockLines === 0 ? text : `\n${text}`;
    blockLines += 1;
    if (block.length > MAX_BLOCK) endBlock();
  };

  return {
    links,
    line({ number, text }) {
      if (frontMatter || (number === 1 && text === "---")) {
        frontMatter = number === 1 || (text !== "---" && text !== "...");
        return;
      }
      if (comment) {
        comment = !text.includes("-->");
        return;
      }
      const mark = FENCE.exec(text);
      if (fence !== undefined) {
        if (mark?.[1]?.startsWith(fence) && mark[2]?.trim() === "") fence = undefined;
        return;
      }
      const afterBlank = blank;
      blank = text.trim() === "";
      if (blank) return endBlock();

      // A fence may stand inside a list item, behind the item's indentation.
      const open = mark ?? (inList ? FENCE.exec(text.replace(LIST_ITEM, "").trimStart()) : null);
      if (open?.[1] !== undefined && !(open[1].startsWith("`") && open[2]?.includes("`"))) {
        endBlock();
        fence = open[1];
        return;
      }
      if (!inList && INDENTED.test(text) && (afterBlank || inCode)) {
        inCode = true;
        return;
      }
      inCode = false;
      if (LIST_ITEM.test(text)) inList = true;
      else if (afterBlank && !/^[ \t]/.test(text)) inList = false;

      if (/^ {0,3}<!--/.test(text)) {
        endBlock();
        comment = !text.includes("-->");
        return;
      }
      const sharp = HEADING.exec(text);
      if (sharp?.[1] !== undefined) {
        endBlock();
        heading(number, sharp[1].length, (sharp[2] ?? "").replace(/(?:^|[ \t]+)#+[ \t]*$/, ""));
        addToBlock(number, text);
        return endBlock();
      }
      const underline = UNDERLINE.exec(text)?.[1];
      if (underline !== undefined && block !== "" && !NO_PARAGRAPH.test(block)) {
        heading(number - blockLines, underline.startsWith("=") ? 1 : 2, block);
        return endBlock();
      }
      addToBlock(number, text);
    },
    end: endBlock,
  };
}
