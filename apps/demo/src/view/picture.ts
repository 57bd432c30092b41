import { visible } from "../report/visible.js";
import { duration, number } from "../report/wording.js";
import type { BoardAgent, BoardState } from "./board.js";

/** What a picture is drawn from. */
export interface Moment extends BoardState {
  readonly files: number;
  readonly elapsedMs: number;
  readonly messagesPerSecond: number;
}

/** Paints a text for the terminal. */
export type Paint = (style: Style, text: string) => string;

/** What a part of the picture is. */
export type Style = "bar" | "busy" | "idle" | "lost" | "dim";

const CODES: Readonly<Record<Style, string>> = { bar: "36", busy: "32", idle: "2", lost: "31", dim: "2" };

/** Colors by escape sequences. */
export const colored: Paint = (style, text) => `\x1b[${CODES[style]}m${text}\x1b[0m`;

/** No colors at all. */
export const plain: Paint = (_style, text) => text;

/** The crew at work, line by line, none wider than `columns`. */
export function drawPicture(moment: Moment, columns: number, paint: Paint): string[] {
  return [progressLine(moment, columns, paint), ...moment.agents.map((agent) => agentLine(agent, columns, paint))];
}

/** How much is done, in words: also what a plain file gets to read. Numbers keep their width, so that the bar keeps its own. */
export function progressText({ filesDone, files, elapsedMs, messagesPerSecond }: Moment): string {
  const percent = files === 0 ? 100 : Math.floor((filesDone / files) * 100);
  const all = number(files);
  const rate = number(Math.round(messagesPerSecond)).padStart(6);
  return `${String(percent).padStart(3)} %  ${number(filesDone).padStart(all.length)} of ${all} files ${rate} messages/s  ${duration(elapsedMs).padStart(5)}`;
}

function progressLine(moment: Moment, columns: number, paint: Paint): string {
  const text = progressText(moment);
  const width = Math.min(40, columns - text.length - 2);
  // On a narrow terminal the words matter more than the bar.
  if (width < 5) return cut(text, columns);
  const filled = moment.files === 0 ? width : Math.round((moment.filesDone / moment.files) * width);
  return `${paint("bar", "█".repeat(filled))}${paint("dim", "░".repeat(width - filled))}  ${text}`;
}

function agentLine({ id, running, limit, done, lost }: BoardAgent, columns: number, paint: Paint): string {
  const name = id.padEnd(5);
  if (lost) return paint("lost", cut(`${name} lost  ${number(done)} done`, columns));
  const load = "●".repeat(Math.min(running.length, limit)) + "○".repeat(Math.max(0, limit - running.length));
  const counts = `${name} ${load.padEnd(4)} ${running.length}/${limit}  ${number(done).padStart(6)} done  `;
  const tasks = cut(running.map(visible).join(", "), Math.max(0, columns - counts.length));
  return paint(running.length > 0 ? "busy" : "idle", cut(counts, columns)) + tasks;
}

/** The beginning of a text that fits. Wide characters count as two; of marks that take no room, some is given away. */
export function cut(text: string, columns: number): string {
  let width = 0;
  let end = 0;
  for (const character of text) {
    width += isWide(character.codePointAt(0) as number) ? 2 : 1;
    if (width > columns) return columns < 1 ? "" : `${text.slice(0, lastFit(text, end, columns))}…`;
    end += character.length;
  }
  return text;
}

/** Where to cut so that an ellipsis still fits behind it. */
function lastFit(text: string, end: number, columns: number): number {
  let width = 0;
  let at = 0;
  for (const character of text.slice(0, end)) {
    width += isWide(character.codePointAt(0) as number) ? 2 : 1;
    if (width > columns - 1) return at;
    at += character.length;
  }
  return at;
}

function isWide(codePoint: number): boolean {
  return (
    (codePoint >= 0x1100 && codePoint <= 0x115f) ||
    (codePoint >= 0x2e80 && codePoint <= 0xa4cf) ||
    (codePoint >= 0xac00 && codePoint <= 0xd7a3) ||
    (codePoint >= 0xf900 && codePoint <= 0xfaff) ||
    (codePoint >= 0xfe30 && codePoint <= 0xfe6f) ||
    (codePoint >= 0xff00 && codePoint <= 0xff60) ||
    (codePoint >= 0x1f300 && codePoint <= 0x1faff) ||
    (codePoint >= 0x20000 && codePoint <= 0x3fffd)
  );
}
