import { AgentCommError, type MessageDefinition, type TaskDefinition } from "@agentcomm/protocol";
import { quote, readingOptions } from "@agentcomm/protocol/internal";
import type { MessageHandler, TaskHandler } from "./agent.js";

/** A task handler, with its definition if it has one. */
export interface TaskEntry {
  readonly definition: TaskDefinition | undefined;
  readonly handler: TaskHandler;
}

/** A message handler, with its definition if it has one. */
export interface MessageEntry {
  readonly definition: MessageDefinition<string, unknown> | undefined;
  readonly handler: MessageHandler;
}

/** Handlers by type, each type with one. */
export class Handlers<Entry extends { readonly definition: unknown; readonly handler: unknown }> {
  readonly #what: string;
  readonly #byType = new Map<string, Entry>();

  /** `what` names the function that takes them, in errors. */
  constructor(what: string) {
    this.#what = what;
  }

  /** Throws INVALID_OPTIONS. */
  add(typeOrDefinition: unknown, handler: unknown): void {
    const definition =
      typeof typeOrDefinition === "string" ? undefined : (typeOrDefinition as { type?: unknown } | null);
    const type = readingOptions(this.#what, () => (definition === undefined ? typeOrDefinition : definition?.type));
    if (typeof type !== "string" || type === "") {
      throw refused(`${this.#what}: the type is ${quote(type)}: give a type, or a definition`);
    }
    if (typeof handler !== "function") {
      throw refused(`${this.#what}: the handler for ${quote(type)} is ${quote(handler)}: give a function`);
    }
    if (this.#byType.has(type)) throw refused(`${this.#what}: ${quote(type)} has a handler already`);
    this.#byType.set(type, { definition, handler } as Entry);
  }

  get(type: string | undefined): Entry | undefined {
    return type === undefined ? undefined : this.#byType.get(type);
  }

  all(): Iterable<Entry> {
    return this.#byType.values();
  }
}

/** What is wrong with how the agent is used. */
export function refused(message: string): AgentCommError {
  return new AgentCommError("INVALID_OPTIONS", message, { outcome: "none" });
}
