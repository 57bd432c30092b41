/** A wrong driver, made from the real one: a piece of its built code is replaced as it is loaded. */
export interface Mutant {
  /** Its name on the command line and in the report. */
  readonly name: string;
  /** What is wrong with it. */
  readonly fault: string;
  /** The file, from the folder of the packages. */
  readonly file: string;
  /** Stands there exactly once. */
  readonly find: string;
  readonly replace: string;
}

/** The variable that names the mutant to a process which loads the hook. */
export const MUTANT_VARIABLE = "AGENTCOMM_CHAOS_MUTANT";

/** The code with the mutation in it. Throws unless what is to be replaced stands there exactly once. */
export function mutate(source: string, { name, file, find, replace }: Mutant): string {
  const parts = source.split(find);
  if (parts.length !== 2) {
    throw new Error(`mutant ${name}: ${file} has what is to be replaced ${parts.length - 1} times, not once: ${find}`);
  }
  return parts.join(replace);
}
