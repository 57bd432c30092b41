import { FINDING_KINDS } from "../review/finding.js";
import { notReviewed } from "./not-reviewed.js";
import type { Report } from "./report.js";
import { capabilityTable, crewTable } from "./summary-tables.js";
import { markdownTable } from "./table.js";
import { visible } from "./visible.js";
import { amount, duration, FINDING_NAMES, number } from "./wording.js";

/** Files of one content that are named. */
const SHOWN_DUPLICATES = 20;

/** The report for people: report.md. */
export function markdownReport(report: Report): string {
  const { summary, totals, directory, transport, processes, durationMs, messages } = report;
  const how = `${transport} transport, ${processes ? "a process per agent" : "one process"}`;
  const sections = [
    "# Review",
    `${code(directory)}, ${report.startedAt}: ${amount(totals.files, "file")} in ${duration(durationMs)} ` +
      `(${how}, ${amount(messages.sent + messages.received, "message")}).`,
    table(capabilityTable(report)),
    ...notReviewed(report).map((sentence) => `- ${asText(sentence)}`),
    "## Findings",
    findingCounts(report),
    ...findingsByFile(report),
    "## Most findings",
    list(summary.mostFindings.map(({ path, places }) => `${code(path)}: ${number(places)}`)),
    "## Longest lines",
    list(
      summary.longestLines.map(
        ({ path, line, characters }) => `${code(path)}, line ${number(line)}: ${amount(characters, "character")}`,
      ),
    ),
    "## Duplicates",
    list(report.duplicates.flatMap(duplicateLines)),
    "## Skipped",
    list(report.skipped.map(({ path, reason }) => `${code(path)}: ${asText(visible(reason))}`)),
    "## The crew",
    table(crewTable(report)),
    ...killedSection(report),
  ];
  return `${joinSections(sections)}\n`;
}

function findingCounts({ summary }: Report): string {
  const rows = FINDING_KINDS.flatMap((kind) => {
    const count = summary.places[kind];
    return count === undefined ? [] : [[FINDING_NAMES[kind], number(count)]];
  });
  if (rows.length === 0) return "None.";
  return markdownTable([{ title: "what" }, { title: "places", align: "right" }], rows);
}

function findingsByFile({ files }: Report): string[] {
  return files
    .filter(({ findings }) => findings.length > 0)
    .flatMap(({ path, findings, findingsLeftOut }) => [
      `### ${code(path)}`,
      ...findings.map(
        ({ line, column, kind, message }) =>
          `- ${line}${column === undefined ? "" : `:${column}`} ${kind}: ${asText(visible(message))}`,
      ),
      ...(findingsLeftOut > 0 ? [`- and ${number(findingsLeftOut)} more, which are only counted`] : []),
    ]);
}

function duplicateLines({ paths, bytes }: Report["duplicates"][number]): string {
  const more = paths.length - SHOWN_DUPLICATES;
  const named = paths.slice(0, SHOWN_DUPLICATES).map(code).join(", ");
  return `${number(paths.length)} times ${amount(bytes, "byte")}: ${named}${more > 0 ? ` and ${number(more)} more` : ""}`;
}

function killedSection({ killed }: Report): string[] {
  if (killed === null) return [];
  const { worker, afterFiles, tasks } = killed;
  const moved = tasks.map(({ path, second }) => `${code(path)}: then ${second}`);
  return [
    "## Killed",
    `${worker} was killed after ${amount(afterFiles, "file")}. It had ${amount(tasks.length, "task")}, which went to others:`,
    list(moved),
  ];
}

function table({
  columns,
  rows,
}: {
  columns: Parameters<typeof markdownTable>[0];
  rows: readonly (readonly string[])[];
}): string {
  return markdownTable(columns, rows);
}

function list(items: readonly string[]): string {
  return items.length === 0 ? "None." : items.map((item) => `- ${item}`).join("\n");
}

/** Items of one list stand on consecutive lines, everything else is set apart by an empty line. */
function joinSections(sections: readonly string[]): string {
  return sections.reduce((text, section, at) => {
    const together = section.startsWith("- ") && (sections[at - 1]?.startsWith("- ") ?? false);
    return at === 0 ? section : `${text}${together ? "\n" : "\n\n"}${section}`;
  }, "");
}

/** A text that Markdown shows as it is. */
function asText(text: string): string {
  return text.replace(/[\\`*_[\]<>|&]/g, "\\$&");
}

/** A name as code: between more backticks than it holds. */
function code(text: string): string {
  const name = visible(text);
  const longest = Math.max(0, ...[...name.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = "`".repeat(longest + 1);
  const pad = name.startsWith("`") || name.endsWith("`") ? " " : "";
  return `${fence}${pad}${name}${pad}${fence}`;
}
