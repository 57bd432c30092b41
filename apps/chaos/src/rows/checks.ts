import type { Account, Finding } from "../oracle/check-journals.js";
import type { TaskAccount } from "../oracle/check-tasks.js";
import { quantile } from "../oracle/quantile.js";
import type { Check } from "./row.js";

/** A number that must not exceed another one. */
export function atMost(claim: string, measured: number, most: number, unit = ""): Check {
  const allowed = most === 0 ? "0" : `≤ ${Math.round(most * 100) / 100}${unit}`;
  return { claim, measured: Math.round(measured * 100) / 100, allowed, holds: measured <= most };
}

/** A number that must not fall short of another one: what shows that the fault was injected and the load was there. */
export function atLeast(claim: string, measured: number, least: number, unit = ""): Check {
  return { ...noLess(claim, measured, least, unit), isLoad: true };
}

/** A number that must not fall short of another one, by what the library promises. */
export function noLess(claim: string, measured: number, least: number, unit = ""): Check {
  return {
    claim,
    measured: Math.round(measured * 100) / 100,
    allowed: `≥ ${Math.round(least * 100) / 100}${unit}`,
    holds: measured >= least,
  };
}

/** Nothing was found; else the first ids that were. */
export function none(claim: string, { count, ids }: Finding): Check {
  const measured = count === 0 ? 0 : `${count}: ${ids.slice(0, 5).join(", ")}${count > 5 ? ", …" : ""}`;
  return { claim, measured, allowed: "0", holds: count === 0 };
}

/** A number that must be this one. */
export function exactly(claim: string, measured: number, expected: number): Check {
  return { claim, measured, allowed: String(expected), holds: measured === expected };
}

/**
 * What holds in every row that takes nothing away from the store: nothing lost, stranded, left behind, invented, doubled, and no more
 * dead letters than those that the row has made. Where no handler acks for itself, nobody would know of two acks.
 */
export function nothingLost(account: Account, { dead = 0, acks = true } = {}): Check[] {
  return [
    atLeast("messages accepted", account.accepted, 1),
    none("accepted messages lost", account.lost),
    none("accepted messages stranded", account.stranded),
    none("messages left behind in the store", account.leftBehind),
    none("messages that nobody had sent", account.unexpected),
    none("messages stored twice", account.storedTwice),
    ...(acks ? ackedOnce(account) : []),
    exactly("dead letters", deadLetters(account), dead),
  ];
}

/** That acks were seen, and no message was acked twice. */
export function ackedOnce(account: Account): Check[] {
  return [atLeast("acks seen", account.acks, 1), none("messages acked twice", account.ackedTwice)];
}

/** All dead letters, whatever their reason. */
export function deadLetters({ dead }: Account): number {
  return Object.values(dead).reduce((sum, count) => sum + count, 0);
}

/** What holds in every row about tasks: each of them ended, once, as it had to, and whoever asked was told so. */
export function noTaskLost(account: TaskAccount, count: number): Check[] {
  return [
    atLeast("tasks accepted", account.accepted, count),
    none("accepted tasks lost", account.lost),
    none("accepted tasks that did not end", account.stranded),
    none("tasks that nobody had assigned", account.unexpected),
    none("tasks committed twice", account.committedTwice),
    none("tasks whose end was told otherwise than it is recorded", account.contradicted),
    none("tasks whose end nobody was told", account.untold),
    none("tasks that ended otherwise than they had to", account.wrongEnd),
  ];
}

/** How soon what interrupted receivers held was handed out again. */
export function recoveredWithin(account: Account, mostMs: number): Check[] {
  const { recoveriesMs } = account;
  return [
    atLeast("messages that interrupted receivers held", recoveriesMs.length, 1),
    atMost("recovery p99", quantile(recoveriesMs, 0.99), mostMs, " ms"),
  ];
}
