import { PRIORITIES, type Priority } from "@agentcomm/protocol";
import { Fifo } from "./fifo.js";
import type { OpenTask } from "./open-task.js";

/** Tasks that wait for the same kind of agent: most urgent first, and first come, first served within one priority. */
export class WaitingLine {
  readonly key: string;
  readonly capabilities: readonly string[];
  /** Agents that the tasks of this line are not given to. */
  readonly except: readonly string[];
  readonly #lanes: Record<Priority, Fifo<OpenTask>> = {
    critical: new Fifo(),
    high: new Fifo(),
    medium: new Fifo(),
    low: new Fifo(),
  };

  constructor(key: string, capabilities: readonly string[], except: readonly string[]) {
    this.key = key;
    this.capabilities = capabilities;
    this.except = except;
  }

  add(task: OpenTask): void {
    task.line = this;
    this.#lanes[task.record.priority].push(task);
  }

  /** The task whose turn it is. Those that stopped waiting meanwhile (canceled, say) are dropped on the way. */
  first(): OpenTask | undefined {
    for (const priority of PRIORITIES) {
      const lane = this.#lanes[priority];
      for (let task = lane.first; task !== undefined; task = lane.first) {
        if (task.line === this) return task;
        lane.shift();
      }
    }
    return undefined;
  }

  /** Takes the task whose turn it is out of the line. */
  shift(): OpenTask | undefined {
    const task = this.first();
    if (task === undefined) return undefined;
    task.line = undefined;
    this.#lanes[task.record.priority].shift();
    return task;
  }
}

/** Whether the first task goes before the second: more urgent, or equally urgent and older. */
export function goesBefore({ record: a }: OpenTask, { record: b }: OpenTask): boolean {
  const difference = PRIORITIES.indexOf(a.priority) - PRIORITIES.indexOf(b.priority);
  return difference < 0 || (difference === 0 && a.createdAt < b.createdAt);
}
