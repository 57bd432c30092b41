import type { Actor } from "../actors/actor.js";
import { acceptedSince } from "../oracle/accepted-since.js";
import { journalNow } from "../oracle/read-journals.js";
import type { Scene } from "../scene/scene.js";

/** Half of the second before a fault in which something must have been accepted: the rest is for the fault to be injected. */
const LATELY_MS = 500;
/** How long a sender may be kept up until something is wrong with the row. */
const PATIENCE_MS = 60_000;

/**
 * Resolves as soon as a send of the sender was accepted just now: a fault that is injected at once meets load, however slow the machine
 * is. Throws if that takes too long.
 */
export async function beingAccepted(scene: Scene, sender: Actor): Promise<void> {
  if (await scene.becomes(PATIENCE_MS, () => isBeingAccepted(scene, sender))) return;
  throw new Error(`the sender (pid ${sender.pid}) had nothing accepted for ${PATIENCE_MS} ms`);
}

/** Resolves to whether a send of the sender was accepted just now. */
export async function isBeingAccepted({ dir }: Scene, { pid }: Actor): Promise<boolean> {
  return (await acceptedSince(dir, pid, journalNow() - LATELY_MS)).length > 0;
}
