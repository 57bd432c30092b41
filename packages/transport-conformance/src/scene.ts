import assert from "node:assert/strict";
import type { AgentCommError, Transport, TransportCapabilities, TransportOptions } from "@agentcomm/protocol";
import type { BreakableTransport, TransportHarness } from "./harness.js";

/** Where a case plays: a namespace of its own on the harness's store, and as many processes in it as it needs. */
export interface Scene {
  readonly capabilities: TransportCapabilities;
  readonly wakeMs: number;
  /** How long to wait for what must happen soon. */
  readonly patienceMs: number;
  /** One more process. Opened or not, according to the state of the lifecycle that is being tested. */
  transport(options?: TransportOptions): Promise<Transport>;
  /** A process in another namespace, the same each time. */
  neighbour(): Promise<Transport>;
  /** One more process, whose line to the store can be broken. */
  breakable(options?: TransportOptions): Promise<BreakableTransport>;
  putRaw(agentId: string, fields: Readonly<Record<string, Uint8Array>>): Promise<void>;
  residue(): Promise<readonly string[]>;
}

/** How a scene is set. */
export interface SceneOptions {
  readonly namespace: string;
  /** Whether transports are opened explicitly, or by their first use. */
  readonly lifecycle: "opened" | "first use";
  readonly patienceMs: number;
}

/** A scene, and what clears it away. */
export interface OpenScene {
  readonly scene: Scene;
  /** Failures in the background, of any of its transports. */
  readonly troubles: readonly AgentCommError[];
  close(): Promise<void>;
}

export function openScene(harness: TransportHarness, options: SceneOptions): OpenScene {
  const { namespace, lifecycle, patienceMs } = options;
  const transports: Transport[] = [];
  const breakables: BreakableTransport[] = [];
  const troubles: AgentCommError[] = [];
  const withTroubles = (given: TransportOptions = {}): TransportOptions => ({
    onError: (error) => void troubles.push(error),
    ...given,
  });
  const start = async (transport: Transport): Promise<Transport> => {
    transports.push(transport);
    if (lifecycle === "opened") await transport.open();
    return transport;
  };
  return {
    troubles,
    scene: {
      capabilities: harness.capabilities,
      wakeMs: harness.wakeMs,
      patienceMs,
      transport: (given) => start(harness.createTransport(namespace, withTroubles(given))),
      neighbour: () => start(harness.createTransport(`${namespace}.neighbour`, withTroubles())),
      async breakable(given) {
        assert.ok(harness.createBreakable, "this case needs a harness with createBreakable");
        const breakable = await harness.createBreakable(namespace, withTroubles(given));
        breakables.push(breakable);
        // A case may have set a short timeoutMs for the outage. Connecting, on a busy machine, is not what it puts to the test.
        await breakable.transport.health({ timeoutMs: patienceMs });
        await start(breakable.transport);
        return breakable;
      },
      putRaw: (agentId, fields) => harness.putRaw(namespace, agentId, fields),
      residue: () => harness.residue(namespace),
    },
    async close() {
      for (const breakable of breakables) await breakable.mend();
      await Promise.all(transports.map((transport) => transport.close()));
    },
  };
}
