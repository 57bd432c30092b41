import type { TaskHandle } from "@agentcomm/coordinator";
import { AgentCommError, type ErrorCode, type JsonValue } from "@agentcomm/protocol";
import type { TaskRecord, TaskState } from "@agentcomm/protocol/internal";
import { type PlayedCoordinator, TASK_TYPE } from "./cast.js";
import type { TaskHistory } from "./task-history.js";

const CODES: Readonly<Partial<Record<TaskState, ErrorCode>>> = {
  failed: "TASK_FAILED",
  canceled: "TASK_CANCELED",
  rejected: "TASK_REJECTED",
  expired: "TASK_TIMEOUT",
};

/** How something that was asked for ended. */
type Ending = { readonly value: JsonValue } | { readonly error: unknown };

/** A task that was asked for, and everything that its caller was told of it. */
export class AssignedTask {
  readonly by: PlayedCoordinator;
  readonly wanted: string | undefined;
  handle: TaskHandle | undefined;
  /** Whether the cancelings were told "canceled", each as it ended. */
  readonly canceled: boolean[] = [];
  readonly #history: TaskHistory;
  readonly #events: string[] = [];
  #refusal: unknown;
  #cancelsUnderWay = 0;
  #ending: Ending | undefined;
  #eventsEnded = false;

  /** `wanted`: the id that it asks for; undefined: the coordinator chooses. */
  constructor(by: PlayedCoordinator, history: TaskHistory, wanted: string | undefined) {
    this.by = by;
    this.wanted = wanted;
    this.#history = history;
    void this.#assign();
  }

  async cancel(): Promise<void> {
    this.#cancelsUnderWay += 1;
    try {
      if (this.handle !== undefined) this.canceled.push(await this.handle.cancel("no longer needed"));
    } catch (error) {
      // Whether it was canceled is open then; what it may not be is seen in the records.
      this.#expectAgentCommError(error);
    } finally {
      this.#cancelsUnderWay -= 1;
    }
  }

  /** Whether its caller need not wait any longer: all was told, or who would tell it is gone. */
  get isOver(): boolean {
    if (!this.by.inOffice) return true;
    if (this.#cancelsUnderWay > 0) return false;
    if (this.handle === undefined) return this.#refusal !== undefined;
    return this.#ending !== undefined && this.#eventsEnded;
  }

  /** What its caller was told that the records do not bear out. To be asked when the task has ended. */
  whatIsWrong(): string | undefined {
    const { handle } = this;
    if (this.by.inOffice && this.#cancelsUnderWay > 0) return "a canceling was never answered";
    if (handle === undefined) {
      if (this.by.inOffice && this.#refusal === undefined) return "a task was asked for, and that was never answered";
      return this.#wrongRefusal();
    }
    const end = this.#history.endOf(handle.taskId);
    if (end === undefined) return `task ${handle.taskId} was accepted, and never ended`;
    if (this.canceled.includes(true) && end.state !== "canceled") {
      return `task ${end.taskId}: canceling it was told to have worked, and it is ${end.state}`;
    }
    if (!this.by.inOffice) return undefined;
    return this.#wrongEnding(end) ?? this.#wrongEvents(end);
  }

  async #assign(): Promise<void> {
    const request = { taskType: TASK_TYPE, requiredCapabilities: ["work"] };
    try {
      const handle = await this.by.coordinator.assignTask(
        request,
        this.wanted === undefined ? {} : { taskId: this.wanted },
      );
      if (!this.#history.taskIds.includes(handle.taskId)) {
        this.#history.wrong.push(`task ${handle.taskId} was accepted before it was stored`);
      }
      this.handle = handle;
      void this.#awaitResult(handle);
      void this.#follow(handle);
    } catch (error) {
      this.#expectAgentCommError(error);
      this.#refusal = error;
    }
  }

  async #awaitResult(handle: TaskHandle): Promise<void> {
    try {
      this.#ending = { value: await handle.result() };
    } catch (error) {
      this.#expectAgentCommError(error);
      this.#ending = { error };
    }
  }

  async #follow(handle: TaskHandle): Promise<void> {
    try {
      for await (const { kind } of handle) this.#events.push(kind);
    } catch (error) {
      this.#expectAgentCommError(error);
    }
    this.#eventsEnded = true;
  }

  #wrongRefusal(): string | undefined {
    const { wanted } = this;
    const refusal = this.#refusal;
    if (wanted === undefined || !AgentCommError.is(refusal) || refusal.outcome !== "none") return undefined;
    const isThere = this.#history.taskIds.includes(wanted);
    return isThere && refusal.code !== "TASK_EXISTS"
      ? `task ${wanted} was refused (${refusal.code}), and is there`
      : undefined;
  }

  #wrongEnding(end: TaskRecord): string | undefined {
    const told = this.#ending;
    if (told === undefined) return `task ${end.taskId} is ${end.state}, and its handle does not tell`;
    if ("value" in told) {
      if (end.state === "completed" && told.value === (end.result ?? null)) return undefined;
      return `task ${end.taskId} is ${end.state}, and its handle tells the result ${JSON.stringify(told.value)}`;
    }
    const code = AgentCommError.is(told.error) ? told.error.code : String(told.error);
    return code === CODES[end.state] ? undefined : `task ${end.taskId} is ${end.state}, and its handle tells ${code}`;
  }

  #wrongEvents({ taskId, state }: TaskRecord): string | undefined {
    const last = this.#events.at(-1);
    if (last !== state) return `task ${taskId} is ${state}, and the last event is ${last}`;
    const ends = this.#events.filter((kind) => kind === "completed" || CODES[kind as TaskState] !== undefined);
    return ends.length === 1 ? undefined : `task ${taskId} tells its end ${ends.length} times: ${this.#events.join()}`;
  }

  #expectAgentCommError(error: unknown): void {
    if (!AgentCommError.is(error)) this.#history.wrong.push(`a call threw ${String(error)}`);
  }
}
