import { setImmediate } from "node:timers/promises";
import type { TaskHandler } from "@agentcomm/agent";
import { AgentCommError } from "@agentcomm/protocol";
import type { VirtualProcess } from "./process.js";
import { resultOf, type TaskHistory } from "./task-history.js";

/** What the handlers of one agent are about. */
export interface BehaviourContext {
  readonly process: VirtualProcess;
  readonly agentId: string;
  readonly maxConcurrentTasks: number;
  readonly history: TaskHistory;
}

/** How long work takes: mostly not at all, sometimes longer than an attempt may. */
const PAUSES_MS = [0, 0, 0, 10, 70, 300, 1_200, 4_000];

/** A handler that does what handlers do: it succeeds, late or at once, tells how far it is, fails, or ends when it is told to. */
export function createBehaviour({ process, agentId, maxConcurrentTasks, history }: BehaviourContext): TaskHandler {
  let running = 0;
  return async (_input, { taskId, attempt, signal, progress }) => {
    const { random, clock } = process;
    running += 1;
    if (running > maxConcurrentTasks) {
      history.wrong.push(`agent ${agentId} runs ${running} tasks, of at most ${maxConcurrentTasks}`);
    }
    try {
      const pauseMs = PAUSES_MS[Math.floor(random() * PAUSES_MS.length)] ?? 0;
      const mood = random();
      if (mood < 0.2) progress(50, "half way");
      if (pauseMs > 0) await new Promise<void>((resolve) => void clock.timer(pauseMs, resolve));
      else await setImmediate();
      if (mood > 0.95) await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
      if (mood > 0.85) throw new Error("this attempt fails");
      if (mood > 0.8) throw new AgentCommError("HANDLER_FAILED", "no attempt will succeed", { retryable: false });
      const result = resultOf(taskId, attempt, agentId);
      history.results.add(result);
      return result;
    } finally {
      running -= 1;
    }
  };
}
