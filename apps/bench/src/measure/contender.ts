import type { Measured } from "./summary.js";

/** What is left of a message, once its send is confirmed, if every process is killed. */
export type Keeps = "log" | "nothing";

/** Somebody who does a work. */
export interface Contender {
  /** As the tables show it. */
  readonly name: string;
  /** "log": it lies in an append-only log that is synced each second, or the like. */
  readonly keeps: Keeps;
  /** What of its own documentation it follows, or what it leaves out that others do; for the notes below the table. */
  readonly note?: string;
  /** Gets ready, once. Rejects with an Unavailable if this machine cannot do it. */
  open(place: Place): Promise<Opened>;
}

/** A contender that is ready. */
export interface Opened extends AsyncDisposable {
  /** Does the work once, checks that every message arrived as it was sent, and leaves nothing behind. Rejects if one did not. */
  round(): Promise<Measured>;
}

/** Where a work is done. */
export interface Place {
  /** A Redis server of the run's own, which keeps a log. */
  readonly redisUrl: string;
  /** A NATS server of the run's own, with JetStream on disk. Rejects with an Unavailable where there is none. */
  nats(): Promise<string>;
  /** So many, or fewer in a quick run. */
  count(full: number): number;
  /** A name that nobody has used in this run. */
  name(): string;
}

/** A contender that cannot run here: the row says so, and why. */
export class Unavailable extends Error {
  override readonly name = "Unavailable";
}
