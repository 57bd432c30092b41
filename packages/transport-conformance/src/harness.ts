import type { Transport, TransportCapabilities, TransportOptions } from "@agentcomm/protocol";

/** What the kit needs to put a transport to the test. Its methods may be called many times, and concurrently. */
export interface TransportHarness {
  /** What the transport declares. Decides which cases apply. */
  readonly capabilities: TransportCapabilities;
  /** What the driver declares: within this time, in a quiet system, a waiting receiver has a message. */
  readonly wakeMs: number;
  /** Prepares the store, before anything else is called. */
  open?(): Promise<void>;
  /** Ends all that the harness started, and removes what the kit left in the store. The kit closes its transports. */
  close?(): Promise<void>;
  /**
   * Makes a transport, not opened, on the one store of the harness. Several of one namespace play several processes.
   * The options go to `createTransport` as they are.
   */
  createTransport(namespace: string, options: TransportOptions): Transport;
  /**
   * Makes a transport whose connection to the store can be broken without breaking others'. Without it the cases of lost
   * replies and outages do not run, and nobody knows what happens then. In-process drivers can use `createFaultyLine`.
   */
  createBreakable?(namespace: string, options: TransportOptions): BreakableTransport | Promise<BreakableTransport>;
  /** Writes an entry into a mailbox past the transport, as a stranger could: any fields, byte for byte. */
  putRaw(namespace: string, agentId: string, fields: Readonly<Record<string, Uint8Array>>): Promise<void>;
  /**
   * Names all that the store holds on behalf of agents in a namespace: keys, and members of keys that agents share. To be
   * left out: what belongs to the transport as such and goes away by itself, such as a sender's sequence number.
   */
  residue(namespace: string): Promise<readonly string[]>;
}

/** A transport, and the line between it and its store. */
export interface BreakableTransport {
  readonly transport: Transport;
  /** From now on nothing gets through, in either direction, and no end of the line is told. */
  readonly stall: () => void | Promise<void>;
  /** From now on what the transport asks for reaches the store, but no reply comes back. */
  readonly loseReplies: () => void | Promise<void>;
  /** The line works again. What was lost stays lost. */
  readonly mend: () => void | Promise<void>;
}
