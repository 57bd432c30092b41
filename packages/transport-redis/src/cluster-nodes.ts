import type { Clock } from "@agentcomm/protocol";
import { before, LATE } from "./deadline.js";
import { SHARDS } from "./shards.js";
import { type NodeContext, StoreNode } from "./store-node.js";
import type { Topology } from "./topology.js";

/** While something is in doubt the layout is asked for again after this long. */
const ASK_AGAIN_MS = 250;

/** A Cluster: its nodes, and which of them serves each of the 64 shards. Asked of any node that answers. */
export class ClusterNodes implements Topology {
  readonly single = false;
  readonly #context: NodeContext;
  readonly #clock: Clock;
  readonly #nodes = new Map<string, StoreNode>();
  readonly #serving: (StoreNode | undefined)[] = new Array(SHARDS).fill(undefined);
  readonly #slots: readonly number[];
  #onChange: () => void = () => {};
  #asking = false;
  #doubted = false;
  #closed = false;
  #lastError: Error | undefined;

  /** `slots`: the slot of each shard. */
  constructor(context: NodeContext, slots: readonly number[]) {
    this.#slots = slots;
    this.#clock = context.clock;
    this.#context = {
      ...context,
      onUp: (node) => {
        context.onUp(node);
        if (this.#serving.includes(undefined)) this.doubt();
      },
      onDown: (node, reason) => {
        context.onDown(node, reason);
        this.doubt();
      },
    };
  }

  get nodes(): readonly StoreNode[] {
    return [...this.#nodes.values()];
  }

  get lastError(): Error | undefined {
    return this.#lastError ?? this.nodes.map((node) => node.lastError).find((error) => error !== undefined);
  }

  start(): void {
    this.#seed();
    this.doubt();
  }

  nodeOf(shard: number): StoreNode | undefined {
    return this.#serving[shard];
  }

  moved(shard: number, address: string): void {
    // A server that does not know its own name leaves the host out.
    if (!address.startsWith(":")) {
      this.#serving[shard] = this.#node(this.#context.endpoint.mapped(address));
      this.#onChange();
    }
    this.doubt();
  }

  doubt(): void {
    this.#doubted = true;
    if (!this.#asking && !this.#closed) void this.#ask();
  }

  onChange(listener: () => void): void {
    this.#onChange = listener;
  }

  close(): void {
    this.#closed = true;
    for (const node of this.#nodes.values()) node.close();
  }

  #seed(): void {
    for (const { host, port } of this.#context.endpoint.seeds ?? []) this.#node(`${host}:${port}`);
  }

  #node(address: string): StoreNode {
    const known = this.#nodes.get(address);
    if (known !== undefined) return known;
    const node = new StoreNode(address, this.#context);
    this.#nodes.set(address, node);
    node.start();
    return node;
  }

  /** Asks until an answer leaves no doubt: every shard has a node, and that node is connected. */
  async #ask(): Promise<void> {
    this.#asking = true;
    while (this.#doubted && !this.#closed) {
      this.#doubted = false;
      const layout = await this.#layout();
      if (this.#closed) break;
      if (layout !== undefined) this.#apply(layout);
      if (layout === undefined || this.#serving.some((node) => node?.commands.isUp !== true)) {
        this.#doubted = true;
        await this.#anyUp(this.#clock.monotonic() + ASK_AGAIN_MS);
      }
    }
    this.#asking = false;
  }

  /** Waits for a connection to come up, or the deadline; never less than the deadline if one is up. */
  async #anyUp(deadline: number): Promise<void> {
    const down = this.nodes.filter((node) => !node.commands.isUp);
    if (down.length === 0) return;
    await Promise.race(down.map((node) => node.commands.whenUp(deadline)));
  }

  /** The address of each shard, of the first node that answers. */
  async #layout(): Promise<(string | undefined)[] | undefined> {
    for (const node of this.nodes) {
      if (!node.commands.isUp) continue;
      try {
        const deadline = this.#clock.monotonic() + this.#context.stallMs / 2;
        const reply = await before(node.commands.send("cluster", ["SLOTS"]), deadline, this.#clock);
        if (reply !== LATE) return this.#read(reply as SlotRange[], node.address as string);
      } catch (error) {
        this.#lastError = error as Error;
      }
    }
    return undefined;
  }

  #read(ranges: readonly SlotRange[], asked: string): (string | undefined)[] {
    return this.#slots.map((slot) => {
      const range = ranges.find(([first, last]) => first <= slot && slot <= last);
      if (range === undefined) return undefined;
      const [host, port] = range[2];
      const name = host === null ? "" : host.toString();
      // A node that does not know its own address means the one it was reached at.
      const address =
        name === "" || name === "?" ? `${asked.slice(0, asked.lastIndexOf(":"))}:${port}` : `${name}:${port}`;
      return this.#context.endpoint.mapped(address);
    });
  }

  #apply(layout: readonly (string | undefined)[]): void {
    let changed = false;
    for (const [shard, address] of layout.entries()) {
      const node = address === undefined ? undefined : this.#node(address);
      if (node === this.#serving[shard]) continue;
      this.#serving[shard] = node;
      changed = true;
    }
    if (layout.includes(undefined)) return;
    this.#lastError = undefined;
    for (const [address, node] of this.#nodes) {
      if (this.#serving.includes(node)) continue;
      this.#nodes.delete(address);
      node.close();
    }
    if (changed) this.#onChange();
  }
}

/** First slot, last slot, and the nodes, the primary first: host, port, … */
type SlotRange = [first: number, last: number, primary: [host: Buffer | null, port: number], ...unknown[]];
