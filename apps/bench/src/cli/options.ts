import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import type { Work } from "../measure/work.js";
import { ALL_WORKS } from "../works/all-works.js";

/** What the caller wants. */
export interface BenchOptions {
  readonly works: readonly Work[];
  readonly rounds: number;
  /** So much of the full load. */
  readonly scale: number;
  /** Where results are kept; undefined: nowhere. Absolute. */
  readonly out: string | undefined;
}

/** Something that the caller can put right. Its message is a sentence for people: it is printed without a stack. */
export class UserError extends Error {
  override readonly name = "UserError";
}

const DEFAULT_OUT = fileURLToPath(new URL("../../../../docs/bench/results.json", import.meta.url));
const FULL = { rounds: 5, scale: 1 };
const QUICK = { rounds: 1, scale: 0.1 };

/** Reads the command line. "help": that is what was asked for. Throws a UserError. */
export function parseOptions(argv: readonly string[], callerFolder: string): BenchOptions | "help" {
  const { values, positionals } = read(argv);
  if (values.help === true) return "help";
  const { rounds, scale } = values.quick === true ? QUICK : FULL;
  const named = positionals.flatMap(find);
  return {
    works: positionals.length === 0 ? ALL_WORKS : named,
    rounds: values.rounds === undefined ? rounds : numberOf(values.rounds),
    scale,
    // A quick run is for a look: it leaves the report as it is.
    out:
      values.out === undefined ? (values.quick === true ? undefined : DEFAULT_OUT) : resolve(callerFolder, values.out),
  };
}

/** A work by its id, or all works of a series. */
function find(name: string): readonly Work[] {
  const found = ALL_WORKS.filter(({ id, series }) => id === name || series?.id === name);
  if (found.length > 0) return found;
  const known = [...new Set(ALL_WORKS.map(({ id, series }) => series?.id ?? id))].join(", ");
  throw new UserError(`There is no work "${name}". There are: ${known}. See --help.`);
}

function read(argv: readonly string[]) {
  // `pnpm bench -- send` hands the dashes on: they end nothing when nothing came before them.
  const args = argv[0] === "--" ? argv.slice(1) : [...argv];
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: {
        help: { type: "boolean", short: "h" },
        out: { type: "string" },
        quick: { type: "boolean" },
        rounds: { type: "string" },
      },
    });
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    // Node's message goes on with advice about options that are none; its first sentence says it all.
    const [sentence] = error.message.split(/[.] |\n/);
    throw new UserError(`${sentence?.replace(/[.]$/, "")}. See --help.`);
  }
}

function numberOf(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1 && value <= 100) return value;
  throw new UserError(`--rounds is "${text}": give a whole number from 1 to 100.`);
}
