/** Where a link of a Markdown text points. */
export interface Destination {
  /** As written, without angle brackets. */
  readonly destination: string;
  /** The line within the block, from 0. */
  readonly line: number;
}

const DEFINITION = /^ {0,3}\[(?!\^)(?:[^\]\\]|\\.)+\]:[ \t]*(?:<([^<>\n]*)>|(\S+))/;
// No path is longer. Without a bound, unclosed brackets would have the rest of the block read for each of them.
const LONGEST_DESTINATION = 4096;
const TAG = /^<[A-Za-z/!?][^<>]*>/;

/**
 * The destinations of a block's links and images, `[text](destination)`, and of its reference definitions,
 * `[name]: destination`. Not those inside code, comments and HTML tags.
 */
export function findDestinations(block: string): Destination[] {
  const found: Destination[] = [];
  const lineAt = createLineCounter(block);
  let definitions = true;
  // Brackets that a link's text may have begun with.
  let open = 0;
  let at = 0;
  while (at < block.length) {
    if (definitions && (at === 0 || block[at - 1] === "\n")) {
      const rest = block.slice(at, lineEnd(block, at));
      const match = DEFINITION.exec(rest);
      if (match === null) definitions = false;
      else {
        found.push({ destination: match[1] ?? (match[2] as string), line: lineAt(at) });
        at += rest.length + 1;
        continue;
      }
    }
    switch (block[at]) {
      case "\\":
        at += 2;
        break;
      case "`":
        at = afterCode(block, at);
        break;
      case "<":
        at = afterTag(block, at);
        break;
      case "[":
        open += 1;
        at += 1;
        break;
      case "]": {
        at += 1;
        if (open === 0) break;
        open -= 1;
        const link = block[at] === "(" ? readDestination(block, at + 1) : undefined;
        if (link === undefined) break;
        found.push({ destination: link.destination, line: lineAt(at) });
        at = link.end;
        break;
      }
      default:
        at += 1;
    }
  }
  return found;
}

function lineEnd(block: string, at: number): number {
  const end = block.indexOf("\n", at);
  return end === -1 ? block.length : end;
}

/** Counts newlines before a place. Ask from left to right. */
function createLineCounter(block: string): (at: number) => number {
  let line = 0;
  let next = block.indexOf("\n");
  return (at) => {
    while (next !== -1 && next < at) {
      line += 1;
      next = block.indexOf("\n", next + 1);
    }
    return line;
  };
}

/** Behind a code span that begins here, or behind the backticks if nothing closes it. */
function afterCode(block: string, at: number): number {
  const ticks = /^`+/.exec(block.slice(at))?.[0].length ?? 1;
  const runs = /`+/g;
  runs.lastIndex = at + ticks;
  for (let run = runs.exec(block); run !== null; run = runs.exec(block)) {
    if (run[0].length === ticks) return run.index + ticks;
  }
  return at + ticks;
}

/** Behind a comment, HTML tag or autolink that begins here, or behind the "<". */
function afterTag(block: string, at: number): number {
  if (block.startsWith("<!--", at)) {
    const end = block.indexOf("-->", at);
    return end === -1 ? block.length : end + 3;
  }
  return at + (TAG.exec(block.slice(at))?.[0].length ?? 1);
}

/** What stands between the parentheses of a link, if it is a destination with perhaps a title. */
function readDestination(block: string, start: number): { destination: string; end: number } | undefined {
  let at = skipSpace(block, start);
  let destination: string;
  if (block[at] === "<") {
    const match = /^<((?:[^<>\n\\]|\\.)*)>/.exec(block.slice(at));
    if (match === null) return undefined;
    destination = match[1] as string;
    at += match[0].length;
  } else {
    const from = at;
    let depth = 0;
    for (; at < block.length && at - from < LONGEST_DESTINATION; at++) {
      const character = block[at] as string;
      if (character <= " ") break;
      if (character === "\\") at += 1;
      else if (character === "(") depth += 1;
      else if (character === ")") {
        if (depth === 0) break;
        depth -= 1;
      }
    }
    if (depth > 0 || at - from >= LONGEST_DESTINATION) return undefined;
    destination = block.slice(from, at);
  }
  const title = /^\s+(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|\((?:[^()\\]|\\.)*\))/.exec(block.slice(at));
  at = skipSpace(block, at + (title?.[0].length ?? 0));
  return block[at] === ")" ? { destination, end: at + 1 } : undefined;
}

function skipSpace(block: string, at: number): number {
  let end = at;
  while (/\s/.test(block[end] ?? "")) end += 1;
  return end;
}
