import type { Command, Sequence } from "./command.js";

/** A sequence for people: one command per line, as it can be pasted into a test. */
export function printSequence(sequence: Sequence): string {
  return sequence.map((command, index) => `${String(index).padStart(2)}  ${printCommand(command)}`).join("\n");
}

function printCommand({ do: what, ...fields }: Command): string {
  const words = Object.entries(fields).map(([name, value]) => `${name}: ${JSON.stringify(value)}`);
  return [what, ...words].join("  ");
}
