import type { JsonValue, TaskErrorContent } from "@agentcomm/protocol";

/** Which attempt a step is about: only the newest one, by the agent that has it, can change its task. */
export interface AttemptReference {
  readonly attempt: number;
  readonly agentId: string;
}

/** What can happen to a task. */
export type TaskStep =
  /** It goes to an agent: a new attempt. */
  | { readonly kind: "assign"; readonly agentId: string }
  /** The agent says that it works on it. */
  | {
      readonly kind: "progress";
      readonly of: AttemptReference;
      readonly completionPercentage?: number | undefined;
      readonly detail?: string | undefined;
    }
  | { readonly kind: "complete"; readonly of: AttemptReference; readonly result?: JsonValue | undefined }
  /** The attempt failed; another one follows, not before `retryAt`, if one is left. */
  | {
      readonly kind: "fail";
      readonly of: AttemptReference;
      readonly outcome: "failed" | "lost" | "timeout" | "canceled";
      readonly error: TaskErrorContent;
      /** Epoch milliseconds. */
      readonly retryAt: number;
    }
  /** The agent doesn't take it: it goes back to the queue, not before `retryAt`, and no attempt is counted. */
  | {
      readonly kind: "refuse";
      readonly of: AttemptReference;
      readonly outcome: "busy" | "unhandled";
      readonly error?: TaskErrorContent | undefined;
      /** Epoch milliseconds. */
      readonly retryAt: number;
    }
  /** No agent is left that would take it. */
  | { readonly kind: "reject"; readonly reason: string }
  | { readonly kind: "cancel"; readonly reason: string }
  /** Its deadline has passed. */
  | { readonly kind: "expire" }
  /** Another running coordinator looks after it from now on. */
  | { readonly kind: "adopt" };
