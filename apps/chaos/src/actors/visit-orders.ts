import type { TransportOrder } from "./orders.js";

/** A process of agents that come and go; or one that removes what such a process left when it was killed. */
export interface VisitOrder {
  readonly kind: "visitors";
  readonly dir: string;
  readonly transport: TransportOrder;
  /** The numbers of its agents: from `first` on, so many. */
  readonly first: number;
  readonly count: number;
  /** So many of them are there at the same time. */
  readonly atOnce: number;
  /** In the ids of its messages: no two processes of a row have the same. */
  readonly sender: number;
  readonly heartbeatIntervalMs: number;
  /** It brings no agents; it deletes what is left of them. */
  readonly cleansUp: boolean;
}
