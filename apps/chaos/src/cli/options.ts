import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { ALL_ROWS } from "../rows/all-rows.js";
import type { Row } from "../rows/row.js";
import { UserError } from "./user-error.js";

/** What the caller wants. */
export interface ChaosOptions {
  readonly rows: readonly Row[];
  /** Whether the mutants are run as well. */
  readonly mutants: boolean;
  readonly seed: number;
  readonly scale: number;
  /** Only what has no result yet. */
  readonly missing: boolean;
  /** Where results are kept. Absolute. */
  readonly out: string;
}

/** Where options come from. */
export interface OptionSources {
  /** Without the program's own name. */
  readonly argv: readonly string[];
  /** The folder that relative paths start from. */
  readonly callerFolder: string;
  /** A seed for those who give none. */
  readonly newSeed: () => number;
}

const DEFAULT_OUT = fileURLToPath(new URL("../../../../docs/reliability.json", import.meta.url));
const MOST_SEED = 2 ** 31 - 1;

/** Reads the command line. "help": that is what was asked for. Throws a UserError. */
export function parseOptions({ argv, callerFolder, newSeed }: OptionSources): ChaosOptions | "help" {
  const { values, positionals } = read(argv);
  if (values.help === true) return "help";
  const names = positionals.map((name) => name.toLowerCase());
  const rows = names.filter((name) => name !== "mutants").map(findRow);
  return {
    rows: names.length === 0 ? ALL_ROWS : rows,
    mutants: names.length === 0 || names.includes("mutants"),
    seed: numberOf("--seed", values.seed, { least: 0, most: MOST_SEED, integer: true }) ?? newSeed(),
    scale: numberOf("--scale", values.scale, { least: 0.001, most: 100, integer: false }) ?? 1,
    missing: values.missing === true,
    out: values.out === undefined ? DEFAULT_OUT : resolve(callerFolder, values.out),
  };
}

function findRow(name: string): Row {
  const row = ALL_ROWS.find(({ id }) => id.toLowerCase() === name);
  if (row !== undefined) return row;
  const known = ALL_ROWS.map(({ id }) => id).join(", ");
  throw new UserError(`There is no row "${name}". There are: ${known}, and mutants. See --help.`);
}

function read(argv: readonly string[]) {
  // `pnpm chaos -- F1` hands the dashes on: they end nothing when nothing came before them.
  const args = argv[0] === "--" ? argv.slice(1) : [...argv];
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: {
        help: { type: "boolean", short: "h" },
        missing: { type: "boolean" },
        out: { type: "string" },
        scale: { type: "string" },
        seed: { type: "string" },
      },
    });
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    // Node's message goes on with advice about options that are none; its first sentence says it all.
    const [sentence] = error.message.split(/[.] |\n/);
    throw new UserError(`${sentence?.replace(/[.]$/, "")}. See --help.`);
  }
}

function numberOf(
  option: string,
  text: string | undefined,
  { least, most, integer }: { readonly least: number; readonly most: number; readonly integer: boolean },
): number | undefined {
  if (text === undefined) return undefined;
  const value = text.trim() === "" ? Number.NaN : Number(text);
  if (value >= least && value <= most && (!integer || Number.isInteger(value))) return value;
  throw new UserError(`${option} is "${text}": give a${integer ? " whole" : ""} number from ${least} to ${most}.`);
}
