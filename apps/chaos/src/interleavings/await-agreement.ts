import type { Driver } from "@agentcomm/protocol";
import type { AgentRegistry } from "@agentcomm/registry";
import { registryDifferences } from "./registry-differences.js";
import type { Stage } from "./stage.js";

/** Longer than anybody needs to learn of a change, whatever got lost on the way. */
const PATIENCE_MS = 60_000;

/** Plays on until every registry shows the agents that the records name. Rejects with the differences if they stay. */
export async function awaitAgreement(stage: Stage, store: Driver, registries: readonly AgentRegistry[]): Promise<void> {
  const until = stage.time.elapsed + PATIENCE_MS;
  for (;;) {
    const wasQuiet = stage.isQuiet;
    let differences: readonly string[] | undefined;
    // A store that is too slow to show a view has shown no other one.
    registryDifferences(store, registries).then(
      (found) => {
        differences = found;
      },
      (error: unknown) => {
        differences = [`a view cannot be seen: ${String(error)}`];
      },
    );
    await stage.playUntil(() => differences !== undefined, "the views are compared");
    if (differences?.length === 0) return;
    if (wasQuiet || stage.time.elapsed > until) throw new Error(differences?.join("; "));
    const later = stage.time.elapsed + 1;
    await stage.playUntil(() => stage.time.elapsed > later || stage.isQuiet, "a moment passes");
  }
}
