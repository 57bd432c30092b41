import { ALL_ROWS } from "../rows/all-rows.js";

/** What `--help` prints. */
export function helpText(): string {
  const rows = ALL_ROWS.map(({ id, title }) => `  ${id.padEnd(14)} ${title}`).join("\n");
  return `Breaks things around AgentComm and counts what is lost: processes, lines, disks, clocks and servers, all of them real, on loopback.

  pnpm chaos                               all rows, then the mutants; their results go into docs/
  pnpm chaos F7 --seed 42 --scale 0.1      one row, with the faults of that seed and a tenth of the load
  pnpm chaos F1 F6 mutants                 some of them
  pnpm chaos input                         bad input: 100,000 cases of each class. Of entries one batch in 4 goes through Redis, of ids
                                           one in 8; unsendable values, handlers and options meet a store in memory only
  pnpm chaos --missing                     what has no result yet

Options
  --seed N     decides whom faults hit, what they do and in which order (default: a new one, which is printed)
  --scale X    so much of the full load (default: 1)
  --missing    leave out what the file of results has at this scale or a larger one
  --out FILE   where results are kept (default: docs/reliability.json). The table in docs/RELIABILITY.md is made anew from the
               default file. A result replaces an older one of the same row unless that says more: made at a larger scale, or run at all.

Rows
${rows}
  ${"mutants".padEnd(14)} wrong drivers, made from the real one: each must be caught by a row

The exit code is 0 if every claim holds. What this machine cannot do is reported as not run, with the reason, and is no failure.
`;
}
