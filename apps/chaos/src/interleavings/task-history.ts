import { isDeepStrictEqual } from "node:util";
import type { AppendEntry, Clock } from "@agentcomm/protocol";
import { FINISHED_TASKS, OPEN_TASKS, type TaskRecord } from "@agentcomm/protocol/internal";
import type { RecordLog } from "./record-log.js";
import { hasEnded, openAttempt, whatIsWrong } from "./task-rules.js";

/** What the store was told of one task, from its first record on. */
interface TaskStory {
  /** The record among the open ones; undefined: it was removed from there. */
  open: TaskRecord | undefined;
  /** The record that ended it. */
  end: TaskRecord | undefined;
  finished: TaskRecord | undefined;
}

/** What a scenario knows of its agents, by agent id. */
export interface AgentFacts {
  /** Whether it has been dead for so long that its work must have been given to others. */
  isGone(agentId: string): boolean;
  /** Most tasks that the records may show with it at once. Infinity: more than one coordinator may think that it is free. */
  limitOf(agentId: string): number;
}

/** Follows every task by what is written, and notes each write that breaks a promise. */
export class TaskHistory implements RecordLog {
  readonly wrong: string[] = [];
  readonly answers: AppendEntry[] = [];
  /** Results that handlers have returned. Only such a result may be committed. */
  readonly results = new Set<string>();
  readonly #stories = new Map<string, TaskStory>();
  readonly #clock: Clock;
  readonly #coordinatorId: string;
  readonly #agents: AgentFacts;

  constructor(clock: Clock, coordinatorId: string, agents: AgentFacts) {
    this.#clock = clock;
    this.#coordinatorId = coordinatorId;
    this.#agents = agents;
  }

  /** The tasks that were ever stored. */
  get taskIds(): string[] {
    return [...this.#stories.keys()];
  }

  /** How a task ended; undefined: it has not. */
  endOf(taskId: string): TaskRecord | undefined {
    return this.#stories.get(taskId)?.end;
  }

  /** How many attempts of an agent's are under way, by the records. */
  attemptsOf(agentId: string): number {
    let count = 0;
    for (const { open } of this.#stories.values()) {
      if (open !== undefined && openAttempt(open)?.agentId === agentId) count += 1;
    }
    return count;
  }

  /** Whether every task has ended and stands among the finished ones alone. */
  get allFinished(): boolean {
    return this.unfinished.length === 0;
  }

  get unfinished(): string[] {
    const left = [...this.#stories].filter(([, { open, finished }]) => open !== undefined || finished === undefined);
    return left.map(([taskId, { open, finished }]) => `${taskId} (${open?.state}, archived ${finished?.state})`);
  }

  put(by: string, collection: string, key: string, value: Uint8Array): void {
    if (collection !== OPEN_TASKS && collection !== FINISHED_TASKS) return;
    const record = JSON.parse(Buffer.from(value).toString()) as TaskRecord;
    const wrong = collection === OPEN_TASKS ? this.#putOpen(key, record) : this.#putFinished(key, record);
    if (wrong !== undefined) this.#note(by, key, wrong);
  }

  delete(by: string, collection: string, key: string): void {
    const story = this.#stories.get(key);
    if (collection === FINISHED_TASKS) this.#note(by, key, "is removed from the finished ones");
    if (collection !== OPEN_TASKS) return;
    if (story?.end === undefined) this.#note(by, key, "is removed before it has ended");
    else if (story.finished === undefined) this.#note(by, key, "is removed before it was archived");
    if (story !== undefined) story.open = undefined;
  }

  sent(entry: AppendEntry): void {
    if (entry.agentId === this.#coordinatorId && entry.idempotencyKey?.startsWith("response-"))
      this.answers.push(entry);
  }

  #putOpen(taskId: string, record: TaskRecord): string | undefined {
    const story = this.#stories.get(taskId);
    if (story !== undefined && story.open === undefined)
      return `is written again as ${record.state} after it was archived`;
    const wrong = whatIsWrong(story?.open, record, this.#clock.now()) ?? this.#wrongTimeOut(story?.open, record);
    const next = story ?? { open: undefined, end: undefined, finished: undefined };
    next.open = record;
    if (hasEnded(record)) next.end ??= record;
    this.#stories.set(taskId, next);
    return wrong ?? this.#wrongResult(record) ?? this.#wrongLoad(record);
  }

  #putFinished(taskId: string, record: TaskRecord): string | undefined {
    const story = this.#stories.get(taskId);
    if (story?.end === undefined) return `is archived as ${record.state} before it has ended`;
    story.finished = record;
    return isDeepStrictEqual(record, story.end) ? undefined : `is archived as ${record.state}, not as it ended`;
  }

  /** What a dead agent had is taken from it because it is lost, long before its time is over. */
  #wrongTimeOut(previous: TaskRecord | undefined, { attempts }: TaskRecord): string | undefined {
    const { agentId = "", attempt } = (previous && openAttempt(previous)) ?? {};
    const ended = attempts.find((each) => each.attempt === attempt);
    if (ended?.outcome !== "timeout" || !this.#agents.isGone(agentId)) return undefined;
    return `stayed with ${agentId}, which was long dead, until attempt ${attempt} was over its time`;
  }

  #wrongLoad(record: TaskRecord): string | undefined {
    const { agentId } = openAttempt(record) ?? {};
    if (agentId === undefined || this.attemptsOf(agentId) <= this.#agents.limitOf(agentId)) return undefined;
    return `is given to ${agentId}, which has ${this.attemptsOf(agentId) - 1} already, of at most ${this.#agents.limitOf(agentId)}`;
  }

  /** A result is committed for the attempt that it belongs to, and for no other. */
  #wrongResult({ taskId, state, result, attempts }: TaskRecord): string | undefined {
    if (state !== "completed") return undefined;
    const { attempt, agentId } = attempts.at(-1) ?? {};
    const expected = resultOf(taskId, attempt ?? 0, agentId ?? "nobody");
    if (result !== expected) return `has the result ${JSON.stringify(result)}, not ${expected}`;
    return this.results.has(expected) ? undefined : `has a result that no handler returned: ${expected}`;
  }

  #note(by: string, taskId: string, what: string): void {
    this.wrong.push(`task ${taskId} ${what} (written by ${by})`);
  }
}

/** What a handler returns for an attempt: nobody else's result looks like it. */
export function resultOf(taskId: string, attempt: number, agentId: string): string {
  return `${taskId} by ${agentId} in attempt ${attempt}`;
}
