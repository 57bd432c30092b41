import { type NodeContext, StoreNode } from "./store-node.js";
import type { Topology } from "./topology.js";

/** One server, or the primary that Sentinels name: it holds every shard. */
export class SingleNode implements Topology {
  readonly single = true;
  readonly nodes: readonly StoreNode[];
  readonly #node: StoreNode;

  constructor(context: NodeContext) {
    this.#node = new StoreNode(undefined, context);
    this.nodes = [this.#node];
  }

  get lastError(): Error | undefined {
    return this.#node.lastError;
  }

  start(): void {
    this.#node.start();
  }

  nodeOf(): StoreNode {
    return this.#node;
  }

  moved(): void {}

  doubt(): void {}

  onChange(): void {}

  close(): void {
    this.#node.close();
  }
}
