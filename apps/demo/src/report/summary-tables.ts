import { CAPABILITIES } from "../review/specialities.js";
import type { Sums } from "./digest.js";
import type { Report } from "./report.js";
import type { Column } from "./table.js";
import { number } from "./wording.js";

/** A table: what the terminal and the Markdown report both show. */
export interface Table {
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly string[])[];
}

const SUMS: readonly { readonly title: string; readonly of: (sums: Sums) => number }[] = [
  { title: "files", of: ({ files }) => files },
  { title: "skipped", of: ({ skipped }) => skipped },
  { title: "lines", of: ({ lines }) => lines },
  { title: "blank", of: ({ blankLines }) => blankLines },
  { title: "words", of: ({ words }) => words },
  { title: "bytes", of: ({ bytes }) => bytes },
  { title: "findings", of: ({ findings }) => findings },
];

/** What was counted, by the capability that it took, and in all. */
export function capabilityTable({ summary }: Report): Table {
  const row = (name: string, sums: Sums): string[] => [name, ...SUMS.map(({ of }) => number(of(sums)))];
  const rows = CAPABILITIES.flatMap((capability) => {
    const sums = summary.byCapability[capability];
    return sums === undefined ? [] : [row(capability, sums)];
  });
  return {
    columns: [{ title: "review" }, ...SUMS.map(({ title }) => ({ title, align: "right" as const }))],
    rows: [...rows, row("total", summary.totals)],
  };
}

/** Who did what. */
export function crewTable({ crew }: Report): Table {
  return {
    columns: [
      { title: "agent" },
      { title: "limit", align: "right" },
      { title: "tasks done", align: "right" },
      { title: "capabilities" },
    ],
    rows: crew.map(({ id, limit, tasksDone, lost, capabilities }) => [
      lost ? `${id} (lost)` : id,
      String(limit),
      number(tasksDone),
      capabilities.join(", "),
    ]),
  };
}
