import { subscribeDiagnostics, type TaskEvent } from "@agentcomm/protocol";
import { type CrewMember, SUPERVISOR } from "../crew/roster.js";

/** An agent as the picture shows it. */
export interface BoardAgent extends CrewMember {
  /** What it is at, oldest first: the names of the tasks. */
  readonly running: readonly string[];
  readonly done: number;
  readonly lost: boolean;
}

/** What the crew is at. */
export interface BoardState {
  /** Files whose review has ended. */
  readonly filesDone: number;
  readonly agents: readonly BoardAgent[];
  /** Messages that went out from the supervisor, and came in for it: it has a part in every one. */
  readonly sent: number;
  readonly received: number;
}

/** Knows what the crew is at, from what the packages tell on their diagnostics channels. */
export interface Board extends Disposable {
  state(): BoardState;
  /** From now on a task is shown by this name. */
  name(taskId: string, name: string): void;
  fileDone(): void;
  /** Stops listening. What it knows stays. */
  [Symbol.dispose](): void;
}

/** Puts up a board for these agents. Dispose of it when done. */
export function createBoard(crew: readonly CrewMember[]): Board {
  const agents = new Map(
    crew.map((member) => [member.id, { member, running: new Set<string>(), done: 0, lost: false }]),
  );
  const names = new Map<string, string>();
  const holders = new Map<string, string>();
  let filesDone = 0;
  let sent = 0;
  let received = 0;

  const release = (taskId: string): void => {
    const holder = holders.get(taskId);
    if (holder !== undefined) agents.get(holder)?.running.delete(taskId);
    holders.delete(taskId);
  };
  const assigned = ({ taskId, agentId }: TaskEvent): void => {
    release(taskId);
    const agent = agentId === undefined ? undefined : agents.get(agentId);
    if (agent === undefined) return;
    // An agent that was merely late is back.
    agent.lost = false;
    holders.set(taskId, agent.member.id);
    agent.running.add(taskId);
  };
  const ended = ({ taskId, agentId }: TaskEvent, done: boolean): void => {
    release(taskId);
    names.delete(taskId);
    const agent = agentId === undefined ? undefined : agents.get(agentId);
    if (agent !== undefined && done) agent.done += 1;
  };

  const subscriptions = [
    subscribeDiagnostics("task.assigned", assigned),
    subscribeDiagnostics("task.retried", ({ taskId }) => release(taskId)),
    subscribeDiagnostics("task.queued", ({ taskId }) => release(taskId)),
    subscribeDiagnostics("task.completed", (event) => ended(event, true)),
    ...(["task.failed", "task.canceled", "task.rejected", "task.expired"] as const).map((name) =>
      subscribeDiagnostics(name, (event) => ended(event, false)),
    ),
    subscribeDiagnostics("agent.lost", ({ agentId }) => {
      const agent = agents.get(agentId);
      if (agent !== undefined) agent.lost = true;
    }),
    subscribeDiagnostics("message.sent", ({ message }) => {
      if (message.from === SUPERVISOR) sent += 1;
    }),
    subscribeDiagnostics("message.received", ({ agentId }) => {
      if (agentId === SUPERVISOR) received += 1;
    }),
  ];

  return {
    state: () => ({
      filesDone,
      agents: [...agents.values()].map(({ member, running, done, lost }) => ({
        ...member,
        running: [...running].map((taskId) => names.get(taskId) ?? ""),
        done,
        lost,
      })),
      sent,
      received,
    }),
    name: (taskId, name) => void names.set(taskId, name),
    fileDone: () => {
      filesDone += 1;
    },
    [Symbol.dispose]: () => {
      for (const end of subscriptions) end();
    },
  };
}
