/** An actor at work, until it is told to stop. */
export interface RunningActor {
  /** Stops in good order: what runs gets `drainMs` to end. */
  stop(drainMs: number): Promise<void>;
}
