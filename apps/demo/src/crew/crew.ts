import type { AgentCommError } from "@agentcomm/protocol";
import type { CrewMember } from "./roster.js";

/** Agents at work, in this process or in others. */
export interface Crew extends AsyncDisposable {
  /** Ends an agent at once, without a goodbye: it neither finishes nor hands back what it has. */
  kill(agentId: string): void;
  /** Ends all of them. Resolves once nothing of them is left, no process and no connection. */
  [Symbol.asyncDispose](): Promise<void>;
}

/** What a crew is made of. */
export interface CrewOptions {
  readonly members: readonly CrewMember[];
  /** Told of failures in the background. */
  readonly onTrouble: (agentId: string, message: string) => void;
}

/** An error of the background, in words. */
export function inWords(error: AgentCommError): string {
  return `${error.code}: ${error.message}`;
}
