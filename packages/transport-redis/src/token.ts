/** What names one delivery: all that settling needs, in any process. */
export interface Token {
  readonly agentId: string;
  readonly lane: string;
  /** The entry's id in its stream. */
  readonly id: string;
  /** Which driver it was given to. */
  readonly incarnation: string;
  /** The lease it was given under. */
  readonly leaseMs: string;
  /** The how-many-eth delivery of the entry. */
  readonly count: number;
}

export function encodeToken(token: Token): string {
  return `${token.agentId}:${token.lane}:${token.id}:${token.incarnation}:${token.leaseMs}:${token.count}`;
}

const PATTERN = /^([A-Za-z0-9._-]{1,63}):([chml]):(\d{1,20}-\d{1,20}):([0-9a-f]{16}):(\d{1,15}):(\d{1,15})$/;

/** Undefined if the text is no token. */
export function decodeToken(text: string): Token | undefined {
  const match = PATTERN.exec(text);
  if (match === null) return undefined;
  const [, agentId = "", lane = "", id = "", incarnation = "", leaseMs = "", count = ""] = match;
  return { agentId, lane, id, incarnation, leaseMs, count: Number(count) };
}

/** Negative if the first stream id is the lower one. */
export function compareIds(a: string, b: string): number {
  const dashA = a.indexOf("-");
  const dashB = b.indexOf("-");
  // Milliseconds and sequence: as numbers both are exact up to 2^53, far beyond any clock.
  return (
    Number(a.slice(0, dashA)) - Number(b.slice(0, dashB)) || Number(a.slice(dashA + 1)) - Number(b.slice(dashB + 1))
  );
}
