import type { Transport, TransportOptions } from "@agentcomm/protocol";

/** Keeps account of the transports that a store handed out, so that all of them get closed. */
export function openTransports(create: (options: TransportOptions) => Transport) {
  const handedOut: Transport[] = [];
  return {
    open(options: TransportOptions = {}): Transport {
      const transport = create(options);
      handedOut.push(transport);
      return transport;
    },
    async close(): Promise<void> {
      await Promise.all(handedOut.splice(0).map((transport) => transport.close()));
    },
  };
}
