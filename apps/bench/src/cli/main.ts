import { runWork, type WorkResult } from "../measure/run-work.js";
import { QUANTITIES, type QuantityName } from "../measure/work.js";
import { describeMachine } from "../report/machine.js";
import { keepWork } from "../report/results-file.js";
import { writeReport } from "../report/write-report.js";
import { startServers } from "../servers/servers.js";
import { ALL_WORKS } from "../works/all-works.js";
import { parseOptions } from "./options.js";

/** What the program gets from its surroundings. */
export interface Surroundings {
  /** Without the program's own name. */
  readonly argv: readonly string[];
  /** The folder that relative paths start from. */
  readonly callerFolder: string;
  readonly print: (line: string) => void;
  /** Ends it between two rounds. */
  readonly signal: AbortSignal;
}

const ORDER = ALL_WORKS.map(({ id }) => id);

/** The program. Rejects with a UserError, if a contender failed, and with the signal's reason. */
export async function main({ argv, callerFolder, print, signal }: Surroundings): Promise<void> {
  const options = parseOptions(argv, callerFolder);
  if (options === "help") return print(helpText());
  const { works, rounds, scale, out } = options;
  const machine = await describeMachine();
  print(
    `${machine.cores} cores, Node ${machine.node}, ${machine.store}; ${rounds} rounds${scale === 1 ? "" : `, at a load of ${scale}`}`,
  );
  for (const work of works) {
    // Each work has servers of its own: what another one left in them is no matter.
    await using servers = await startServers(scale);
    const result = await runWork(work, { rounds, place: servers.place, signal });
    print(tableOf(result));
    if (out === undefined) continue;
    await keepWork(out, result, machine, ORDER);
    await writeReport(out);
  }
}

function tableOf({ title, contenders, quantities, targets }: WorkResult): string {
  const width = Math.max(...contenders.map(({ name }) => name.length));
  const lines = contenders.map(({ name, measured, unavailable }) => {
    const cells = quantities.map((quantity) => {
      const summary = measured?.[quantity];
      return summary === undefined
        ? ""
        : `${shown(quantity, summary.median)} ${QUANTITIES[quantity].title}`.padStart(24);
    });
    return `  ${name.padEnd(width)} ${unavailable === undefined ? cells.join("") : `not run: ${unavailable}`}`;
  });
  const goals = targets.map(({ contender, quantity, against, bound, reached, met }) => {
    const sign = QUANTITIES[quantity].better === "more" ? "≥" : "≤";
    const value = reached === undefined ? "not measured" : reached.toPrecision(3);
    return `  ${met ? "met   " : "missed"} ${contender}, ${QUANTITIES[quantity].title}: ${value} (${sign} ${bound}${against === undefined ? "" : ` × ${against}`})`;
  });
  return [`\n${title}`, ...lines, ...goals].join("\n");
}

function shown(quantity: QuantityName, value: number): string {
  const { digits } = QUANTITIES[quantity];
  return value.toLocaleString("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

function helpText(): string {
  const width = Math.max(...ALL_WORKS.map(({ id }) => id.length));
  const works = ALL_WORKS.map(({ id, title }) => `  ${id.padEnd(width)}  ${title}`).join("\n");
  return `Measures AgentComm beside its peers: the same work, side by side in one run, round by round.

Usage
  pnpm bench                 everything; the report goes into docs/bench and docs/PERFORMANCE.md
  pnpm bench send receive    some works, or series of works
  pnpm bench --quick         a look, in less than two minutes; changes no report

Options
  --rounds N    rounds that count; one more warms up (default: 5)
  --quick       one round, a tenth of the load
  --out FILE    where results are kept (default: docs/bench/results.json)

Works
${works}

Run it on a machine that does nothing else. The exit code is 0 if every contender did its work and every message arrived as it was sent;
whether targets are met is in the report.`;
}
