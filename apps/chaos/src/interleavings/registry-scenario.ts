import { AgentCommError } from "@agentcomm/protocol";
import { type AgentInfo, type AgentRegistry, createRegistry } from "@agentcomm/registry";
import { createMemoryBroker, createMemoryDriver } from "@agentcomm/transport-memory";
import { awaitAgreement } from "./await-agreement.js";
import { startProcess, type VirtualProcess } from "./process.js";
import { RegistrationHistory } from "./registration-history.js";
import type { Stage } from "./stage.js";

const IDS = ["ada", "bo"] as const;
const LIVENESS = { heartbeatIntervalMs: 500, offlineAfterMs: 1_500 };

/** A process with a registry, and what it was told of the agents. */
interface Registrar {
  readonly process: VirtualProcess;
  readonly registry: AgentRegistry;
  /** Agents that are there by the events alone, by their registration. */
  readonly seen: Map<string, string>;
}

/**
 * Processes register, beat, unregister and die, under the same two ids. The newest registration of an id wins, an older one is
 * told at its next beat, and in the end every registry and everybody who listens knows who is there. Rejects with what was wrong.
 */
export async function playRegistrations(stage: Stage): Promise<void> {
  const broker = createMemoryBroker({ clock: stage.time.clock() });
  const store = createMemoryDriver({ broker });
  const history = new RegistrationHistory(stage.time.clock(), LIVENESS.offlineAfterMs);
  const registrars = ["one", "two", "three"].map((name) =>
    startRegistrar(startProcess(stage, broker, history, name), history),
  );
  // Of those who are there at the first look no event tells: so they look before anybody is.
  let loading = registrars.length;
  for (const { registry, process } of registrars) {
    registry.listAgents().then(() => {
      loading -= 1;
    }, process.onError);
  }
  await stage.playUntil(() => loading === 0 || stage.isQuiet, "the views are loaded");
  const pick = <T>(from: readonly T[]): T | undefined => from[Math.floor(stage.random() * from.length)];
  let underWay = 0;
  const attempt = (registrar: Registrar, call: Promise<unknown>): void => {
    underWay += 1;
    call
      .catch((error: unknown) => {
        if (!AgentCommError.is(error)) history.wrong.push(`a call of ${registrar.process.name} threw ${String(error)}`);
      })
      .finally(() => {
        underWay -= 1;
      });
  };
  for (let left = 8 + Math.floor(stage.random() * 25); left > 0; left -= 1) {
    const steps = stage.steps + Math.floor(stage.random() * 8);
    await stage.playUntil(() => stage.steps >= steps || underWay === 0 || stage.isQuiet, "some time passes");
    const living = registrars.filter(({ process }) => process.alive);
    const registrar = pick(living);
    if (registrar === undefined) break;
    const id = pick(IDS) ?? IDS[0];
    const roll = stage.random();
    stage.note(`${registrar.process.name}, ${id}: ${roll.toFixed(2)}`);
    if (roll < 0.4) attempt(registrar, registrar.registry.registerAgent({ id }));
    else if (roll < 0.75) attempt(registrar, beat(registrar, id, history));
    else if (roll < 0.93) attempt(registrar, registrar.registry.unregisterAgent(id));
    else if (living.length > 1) registrar.process.kill();
  }
  const living = registrars.filter(({ process }) => process.alive);
  await awaitAgreement(
    stage,
    store,
    living.map(({ registry }) => registry),
  );
  const wrong = [...history.wrong];
  for (const { process, registry, seen } of living) {
    const shown = (await registry.listAgents()).map(({ id, sessionId }) => `${id} (${sessionId})`).sort();
    const told = [...seen].map(([id, sessionId]) => `${id} (${sessionId})`).sort();
    if (shown.join() !== told.join())
      wrong.push(`${process.name} shows ${shown.join()}, its events told ${told.join()}`);
  }
  if (wrong.length > 0) throw new Error(wrong.join("; "));
}

/** Who was displaced is told so at its next beat, and does not beat for the one that displaced it. */
async function beat({ process, registry }: Registrar, id: string, history: RegistrationHistory): Promise<void> {
  const { sessionId } = await registry.updateHeartbeat(id);
  if (!sessionId.startsWith(`${process.name}-`)) history.wrong.push(`${process.name} beats for ${sessionId} of ${id}`);
}

function startRegistrar(process: VirtualProcess, history: RegistrationHistory): Registrar {
  const { transport, clock, random, createId, onError } = process;
  const registry = createRegistry({ ...LIVENESS, transport, clock, random, createId, onError });
  const seen = new Map<string, string>();
  registry.on("joined", ({ id, sessionId }) => {
    if (seen.has(id)) history.wrong.push(`${process.name} is told that ${id} joined, which is there`);
    seen.set(id, sessionId);
  });
  registry.on("updated", ({ id, sessionId }) => {
    if (!seen.has(id)) history.wrong.push(`${process.name} is told that ${id} changed, which is not there`);
    seen.set(id, sessionId);
  });
  const gone = ({ id }: AgentInfo): void => {
    if (!seen.delete(id)) history.wrong.push(`${process.name} is told that ${id} is gone, which was not there`);
  };
  registry.on("left", gone);
  registry.on("lost", gone);
  return { process, registry, seen };
}
