const MOST_REMEMBERED = 1_000;

/** Cancels that may have overtaken the assignment that they are about: the newest thousand. */
export class CanceledTasks {
  readonly #attempts = new Map<string, number | undefined>();

  /** Without `attempt` every attempt at the task is meant. */
  add(taskId: string, attempt: number | undefined): void {
    this.#attempts.delete(taskId);
    this.#attempts.set(taskId, attempt);
    if (this.#attempts.size <= MOST_REMEMBERED) return;
    for (const oldest of this.#attempts.keys()) {
      this.#attempts.delete(oldest);
      break;
    }
  }

  has(taskId: string, attempt: number): boolean {
    if (!this.#attempts.has(taskId)) return false;
    const canceled = this.#attempts.get(taskId);
    return canceled === undefined || canceled === attempt;
  }
}
