import { AgentCommError } from "@agentcomm/protocol";
import { callForeign, checkFunction, describe, quote, type ReportTrouble } from "@agentcomm/protocol/internal";
import type { RegistryEvents, RegistryListener } from "./agent-registry.js";

/** Who listens to which event. A listener that throws is reported and keeps nobody else from being told. */
export class Listeners {
  readonly #report: ReportTrouble;
  readonly #byEvent: { readonly [Name in keyof RegistryEvents]: Set<RegistryListener<Name>> } = {
    joined: new Set(),
    left: new Set(),
    lost: new Set(),
    updated: new Set(),
  };

  constructor(report: ReportTrouble) {
    this.#report = report;
  }

  add<Name extends keyof RegistryEvents>(event: Name, listener: RegistryListener<Name>): void {
    if (!this.#has(event)) {
      const names = Object.keys(this.#byEvent).join(", ");
      throw new AgentCommError("INVALID_OPTIONS", `event is ${quote(event)}: use one of ${names}`, { outcome: "none" });
    }
    this.#byEvent[event].add(checkFunction("listener", listener));
  }

  delete<Name extends keyof RegistryEvents>(event: Name, listener: RegistryListener<Name>): void {
    if (this.#has(event)) this.#byEvent[event].delete(listener);
  }

  tell<Name extends keyof RegistryEvents>(event: Name, ...args: RegistryEvents[Name]): void {
    for (const listener of [...this.#byEvent[event]]) {
      callForeign(
        () => listener(...args),
        (thrown) => {
          const message = `a listener to the registry's event ${event} threw: ${describe(thrown)}`;
          this.#report(new AgentCommError("HANDLER_FAILED", message, { cause: thrown }));
        },
      );
    }
  }

  #has(event: unknown): boolean {
    return typeof event === "string" && Object.hasOwn(this.#byEvent, event);
  }

  clear(): void {
    for (const listeners of Object.values(this.#byEvent)) listeners.clear();
  }
}
