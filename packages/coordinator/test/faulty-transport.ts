import { AgentCommError, type Transport } from "@agentcomm/protocol";

/** A call to the store, as a fault sees it. */
export interface FaultyCall {
  readonly what: "get" | "put" | "delete" | "list" | "send";
  /** The collection, or the message's type. */
  readonly of: string;
  readonly value?: unknown;
}

/** "fails": nothing is stored. "loses its reply": it is done, and nobody is told. */
export type Fault = "fails" | "loses its reply" | undefined;

/** A transport between which and its store something goes wrong, call by call, as `fault` says. */
export function faultyTransport(transport: Transport, fault: (call: FaultyCall) => Fault): Transport {
  const through = async <T>(call: FaultyCall, work: () => Promise<T>): Promise<T> => {
    const happens = fault(call);
    if (happens === "fails") throw new AgentCommError("CONNECTION_LOST", "cut by the test", { outcome: "none" });
    const value = await work();
    if (happens === undefined) return value;
    throw new AgentCommError("TIMEOUT", "reply cut by the test", { outcome: "unknown" });
  };
  const { records } = transport;
  const faulty: Transport["records"] = {
    watch: (...args) => records.watch(...args),
    get: (collection, ...args) => through({ what: "get", of: collection }, () => records.get(collection, ...args)),
    list: (collection, ...args) => through({ what: "list", of: collection }, () => records.list(collection, ...args)),
    put: (collection, key, value, options) =>
      through({ what: "put", of: collection, value }, () => records.put(collection, key, value, options)),
    delete: (collection, ...args) =>
      through({ what: "delete", of: collection }, () => records.delete(collection, ...args)),
  };
  return new Proxy(transport, {
    get(target, name) {
      if (name === "records") return faulty;
      if (name === "send") {
        return (...args: Parameters<Transport["send"]>) =>
          through({ what: "send", of: args[0].type }, () => target.send(...args));
      }
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}
