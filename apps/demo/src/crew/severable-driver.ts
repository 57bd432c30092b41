import { AgentCommError, type Driver } from "@agentcomm/protocol";

/** A driver whose line to the store can be cut. */
export interface SeverableDriver {
  readonly driver: Driver;
  /** From now on nothing reaches the store and nothing comes from it, as if the process had died. There is no way back. */
  sever(): void;
}

/** What a driver without a line may still be asked: nothing of it touches the store. */
const LOCAL = new Set<string | symbol>(["close", "onRing", "onTrouble", "attend"]);

/** Wraps a driver so that its agent can be killed without a process of its own to kill. */
export function createSeverableDriver(whole: Driver): SeverableDriver {
  let severed = false;
  const guard = <Target extends object>(target: Target): Target =>
    new Proxy(target, {
      get(_, key) {
        if (key === "records" && target === (whole as object)) return records;
        const value: unknown = Reflect.get(target, key, target);
        if (typeof value !== "function") return value;
        return (...args: unknown[]) => {
          if (severed && !LOCAL.has(key)) {
            return Promise.reject(new AgentCommError("CONNECTION_LOST", "the line was cut", { outcome: "none" }));
          }
          return Reflect.apply(value, target, args);
        };
      },
    });
  const records = guard(whole.records);
  return {
    driver: guard(whole),
    sever: () => {
      severed = true;
    },
  };
}
