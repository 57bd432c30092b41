import { isCaught, type MutantResult } from "../mutants/run-mutants.js";
import type { RowResult } from "../rows/run-row.js";
import type { Results } from "./results-file.js";

const BEGIN = "<!-- Between these marks: made by `pnpm chaos` from reliability.json. Edit nothing here. -->";
const END = "<!-- The end of what is made. -->";

/** The page with the tables of `results` between its marks, in place of what stood there. Throws if it has no marks. */
export function fillPage(page: string, results: Results): string {
  const begin = page.indexOf(BEGIN);
  const end = page.indexOf(END);
  if (begin < 0 || end < begin) throw new Error("the page has no marks between which its tables belong");
  return `${page.slice(0, begin + BEGIN.length)}\n\n${tables(results)}\n\n${page.slice(end)}`;
}

function tables(results: Results): string {
  const { rows, mutants, machine } = results;
  const parts = [
    machine === undefined
      ? "No results yet."
      : `${machine.cores} cores, ${machine.memoryGiB} GiB, ${machine.system}, Node ${machine.node}, ${machine.store}.`,
    rowTable(rows),
    ...rows
      .filter(({ limit }) => limit !== undefined)
      .map(({ row, limit }) => `**${row}, as measured:** ${readable(limit ?? "")}`),
    checkList(rows),
    "### Mutants",
    mutants.length === 0 ? "No results yet." : mutantTable(mutants),
  ];
  return parts.filter((part) => part !== "").join("\n\n");
}

function rowTable(rows: readonly RowResult[]): string {
  const head = ["row", "fault", "load", "injected", "lost", "repeats", "worst recovery", "verdict", "seed", "scale"];
  return table(
    head,
    rows.map((result) => [
      result.row,
      result.title,
      readable(result.load ?? ""),
      Object.entries(result.faults ?? {})
        .map(([name, times]) => `${name} ×${grouped(times)}`)
        .join(", "),
      figure(result.lost),
      figure(result.duplicates),
      result.worstRecoveryMs == null ? "" : `${grouped(result.worstRecoveryMs)} ms`,
      result.verdict === "not run" ? `not run: ${result.reason}` : verdictOf(result),
      String(result.seed),
      String(result.scale),
    ]),
  );
}

function verdictOf({ verdict, checks = [] }: RowResult): string {
  if (verdict === "limit") return "published";
  if (verdict !== "fails") return verdict;
  const broken = checks.filter(({ holds }) => !holds).map(({ claim, measured }) => `${claim}: ${measured}`);
  return `**fails**: ${broken.join("; ") || "the row did not run to its end"}`;
}

/** Every claim of every row, with what was measured. */
function checkList(rows: readonly RowResult[]): string {
  const lines = rows.flatMap(({ row, checks = [] }) =>
    checks.map(({ claim, measured, allowed, holds }) => [
      row,
      claim,
      String(measured),
      allowed,
      holds ? "yes" : "**no**",
    ]),
  );
  if (lines.length === 0) return "";
  const body = table(["row", "claim", "measured", "allowed", "holds"], lines);
  return `<details>\n<summary>Every claim, with what was measured</summary>\n\n${body}\n\n</details>`;
}

function mutantTable(mutants: readonly MutantResult[]): string {
  const rows = [...new Set(mutants.flatMap(({ trials }) => trials.map(({ row }) => row)))];
  const caught = mutants.filter(isCaught).length;
  const body = mutants.map(({ mutant, fault, trials }) => [
    `\`${mutant}\``,
    fault,
    ...rows.map((row) => {
      const verdict = trials.find((trial) => trial.row === row)?.verdict;
      return verdict === undefined ? "" : { caught: "**caught**", "not caught": "–", broken: "broken" }[verdict];
    }),
  ]);
  const key = "“–”: the row did not catch it. Nothing: another one had caught it before.";
  return `${caught} of ${mutants.length} caught. ${key}\n\n${table(["mutant", "what is wrong with it", ...rows], body)}`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.map(cell).join(" | ")} |`;
  return [line(head), `|${head.map(() => "---").join("|")}|`, ...rows.map(line)].join("\n");
}

function cell(text: string): string {
  return text.replaceAll("|", "\\|").replaceAll(/\s*\n\s*/g, " ");
}

function figure(value: number | null | undefined): string {
  return value == null ? "" : grouped(value);
}

/** Long numbers in a sentence, their digits in groups. */
function readable(text: string): string {
  return text.replaceAll(/\d{5,}/g, (digits) => grouped(Number(digits)));
}

function grouped(value: number): string {
  return value.toLocaleString("en-US");
}
