import type { AgentCommError, Clock, Transport } from "@agentcomm/protocol";
import { createTransport } from "@agentcomm/protocol";
import { createMemoryDriver, type MemoryBroker } from "@agentcomm/transport-memory";
import type { RecordLog } from "./record-log.js";
import { scheduledDriver } from "./scheduled-driver.js";
import type { Stage } from "./stage.js";

/** A process, so to speak: what runs in it reaches the store through the stage, and can be killed between any two steps. */
export interface VirtualProcess {
  readonly name: string;
  readonly transport: Transport;
  readonly clock: Clock;
  readonly random: () => number;
  readonly createId: () => string;
  /** What it reported in the background. */
  readonly troubles: AgentCommError[];
  readonly onError: (error: AgentCommError) => void;
  readonly alive: boolean;
  /** When it was killed, in milliseconds from the beginning. Infinity: it was not. */
  readonly diedAt: number;
  /** From now on nothing of it happens any more: what it has asked for may arrive or not, no answer does, no timer rings. */
  kill(): void;
}

/** Starts a process on the stage. */
export function startProcess(stage: Stage, broker: MemoryBroker, log: RecordLog, name: string): VirtualProcess {
  let diedAt = Number.POSITIVE_INFINITY;
  let ids = 0;
  const isAlive = (): boolean => diedAt === Number.POSITIVE_INFINITY;
  const clock = stage.time.clock(isAlive);
  const { random } = stage;
  const createId = (): string => {
    ids += 1;
    return `${name}-${ids}`;
  };
  const troubles: AgentCommError[] = [];
  const onError = (error: AgentCommError): void => void troubles.push(error);
  const driver = scheduledDriver(createMemoryDriver({ broker }), { stage, log, name, isAlive });
  return {
    name,
    transport: createTransport(driver, { clock, random, createId, onError }),
    clock,
    random,
    createId,
    troubles,
    onError,
    get alive() {
      return isAlive();
    },
    get diedAt() {
      return diedAt;
    },
    kill() {
      stage.note(`${name} is killed`);
      diedAt = Math.min(diedAt, stage.time.elapsed);
    },
  };
}
