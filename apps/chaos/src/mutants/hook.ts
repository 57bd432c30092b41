// Loaded by `node --import` into the actors of a mutant's row: replaces a piece of the library as it is loaded.
import { registerHooks } from "node:module";
import { ALL_MUTANTS } from "./all-mutants.js";
import { MUTANT_VARIABLE, mutate } from "./mutant.js";

const name = process.env[MUTANT_VARIABLE];
const mutant = ALL_MUTANTS.find((each) => each.name === name);
if (mutant === undefined) throw new Error(`${MUTANT_VARIABLE} is "${name}": there is no such mutant`);

registerHooks({
  load(url, context, nextLoad) {
    const loaded = nextLoad(url, context);
    if (!url.endsWith(`/packages/${mutant.file}`)) return loaded;
    return { ...loaded, source: mutate(String(loaded.source), mutant) };
  },
});
