/** What names one delivery: all that settling needs, in any process. */
export interface Token {
  /** Mailbox, lane and consumer: what one run of XPENDING can fence. */
  readonly holder: Holder;
  /** The entry's id in its stream. */
  readonly id: string;
  /** The how-many-eth delivery of the entry. */
  readonly count: number;
}

/** Who holds deliveries of one stream. */
export interface Holder {
  readonly agentId: string;
  readonly lane: string;
  /** Which driver they were given to. */
  readonly incarnation: string;
  /** The lease they were given under. */
  readonly leaseMs: string;
}

/** The beginning of the tokens of all deliveries that a holder gets. */
export function tokenPrefix({ agentId, lane, incarnation, leaseMs }: Holder): string {
  return `${agentId}:${lane}:${incarnation}:${leaseMs}:`;
}

export function encodeToken(prefix: string, id: string, count: number): string {
  return `${prefix}${id}:${count}`;
}

const PREFIX = /^([A-Za-z0-9._-]{1,63}):([chml]):([0-9a-f]{16}):(\d{1,15}):$/;
const ID = /^\d{1,20}-\d{1,20}$/;

/** Reads tokens. Most of a batch have the same holder, which is read once. */
export class TokenReader {
  #prefix = "";
  #holder: Holder | undefined;

  /** Undefined if the text is no token. */
  read(text: string): Token | undefined {
    const countAt = text.lastIndexOf(":");
    const idAt = text.lastIndexOf(":", countAt - 1);
    if (idAt < 0) return undefined;
    const prefix = text.slice(0, idAt + 1);
    if (prefix !== this.#prefix) {
      this.#prefix = prefix;
      this.#holder = readHolder(prefix);
    }
    const id = text.slice(idAt + 1, countAt);
    const count = Number(text.slice(countAt + 1));
    if (this.#holder === undefined || !ID.test(id) || !Number.isSafeInteger(count)) return undefined;
    return { holder: this.#holder, id, count };
  }
}

function readHolder(prefix: string): Holder | undefined {
  const match = PREFIX.exec(prefix);
  if (match === null) return undefined;
  const [, agentId = "", lane = "", incarnation = "", leaseMs = ""] = match;
  return { agentId, lane, incarnation, leaseMs };
}

/** Negative if the first stream id is the lower one. */
export function compareIds(a: string, b: string): number {
  const dash = a.indexOf("-");
  if (a.length === b.length && dash === b.indexOf("-")) return a < b ? -1 : a === b ? 0 : 1;
  // Milliseconds and sequence: as numbers both are exact up to 2^53, far beyond any clock.
  const milliseconds = Number.parseInt(a, 10) - Number.parseInt(b, 10);
  return milliseconds || Number(a.slice(dash + 1)) - Number(b.slice(b.indexOf("-") + 1));
}
