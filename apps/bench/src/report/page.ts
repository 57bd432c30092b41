import type { ContenderResult, TargetResult, WorkResult } from "../measure/run-work.js";
import type { Summary } from "../measure/summary.js";
import { QUANTITIES, type QuantityName } from "../measure/work.js";
import type { Plot } from "./plots.js";
import type { Results } from "./results-file.js";

const BEGIN = "<!-- Between these marks: made by `pnpm bench` from bench/results.json. Edit nothing here. -->";
const END = "<!-- The end of what is made. -->";

/** The page with what was measured between its marks, in place of what stood there. Throws if it has no marks. */
export function fillPage(page: string, results: Results, plots: readonly Plot[]): string {
  const begin = page.indexOf(BEGIN);
  const end = page.indexOf(END);
  if (begin < 0 || end < begin) throw new Error("the page has no marks between which its tables belong");
  return `${page.slice(0, begin + BEGIN.length)}\n\n${body(results, plots)}\n\n${page.slice(end)}`;
}

function body({ machine, works }: Results, plots: readonly Plot[]): string {
  if (machine === undefined) return "No results yet.";
  const peers = Object.entries(machine.peers).map(([name, version]) => `${name} ${version}`);
  const dates = works.map(({ measuredAt }) => measuredAt.slice(0, 10)).sort();
  return [
    `${machine.cores} cores (${machine.processor}), ${machine.memoryGiB} GiB, ${machine.system}, Node ${machine.node}, ${machine.store}; ${peers.join(", ")}. Measured ${period(dates)}.`,
    "### Targets",
    targetTable(works),
    "### All works",
    ...plots.map(({ file, title }) => `![${title}](bench/${file})`),
    ...works.map(workSection),
  ].join("\n\n");
}

function period(dates: readonly string[]): string {
  const [first = "", last = ""] = [dates[0], dates.at(-1)];
  return first === last ? first : `${first} to ${last}`;
}

function targetTable(works: readonly WorkResult[]): string {
  const rows = works.flatMap(({ title, targets }) =>
    targets.map((target) => [title, wanted(target), reached(target), target.met ? "yes" : "**no**"]),
  );
  return table(["work", "target", "reached", "met"], rows);
}

function wanted({ contender, quantity, against, bound }: TargetResult): string {
  const { better, title } = QUANTITIES[quantity];
  const sign = better === "more" ? "≥" : "≤";
  return `${contender}, ${title}: ${sign} ${against === undefined ? shown(quantity, bound) : `${bound} × ${against}`}`;
}

function reached({ quantity, against, reached: value }: TargetResult): string {
  if (value === undefined) return "not measured here";
  return against === undefined ? shown(quantity, value) : `${value.toFixed(2)} ×`;
}

function workSection(result: WorkResult): string {
  const { title, quantities, contenders, rounds } = result;
  const head = ["", "kept", ...quantities.map((name) => QUANTITIES[name].title)];
  const notes = contenders.flatMap(({ name, note }) => (note === undefined ? [] : `- ${name}: ${note}.`));
  return [
    `#### ${title[0]?.toUpperCase()}${title.slice(1)}`,
    table(
      head,
      contenders.map((contender) => contenderRow(contender, quantities)),
    ),
    `Median of ${rounds} rounds, and the least and the most of them.${notes.length === 0 ? "" : `\n\n${notes.join("\n")}`}`,
  ].join("\n\n");
}

function contenderRow({ name, keeps, measured, unavailable }: ContenderResult, quantities: readonly QuantityName[]) {
  const cells = quantities.map((quantity) => {
    const summary = measured?.[quantity];
    return summary === undefined ? `not run: ${unavailable ?? "not measured"}` : withSpread(quantity, summary);
  });
  return [name, { log: "log", nothing: "nothing" }[keeps], ...cells];
}

function withSpread(quantity: QuantityName, { median, least, most }: Summary): string {
  return `**${shown(quantity, median)}** (${shown(quantity, least)} – ${shown(quantity, most)})`;
}

function shown(quantity: QuantityName, value: number): string {
  const { digits } = QUANTITIES[quantity];
  return value.toLocaleString("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(head), `|${head.map(() => "---").join("|")}|`, ...rows.map(line)].join("\n");
}
