import { expect, it } from "vitest";
import { applicableCases, conformanceCases, PROMISES } from "../src/index.js";

const ALL = { durable: true, crossProcess: true, fenced: true, delay: true, recordTtl: true, atomicFanOut: true };
const NONE = {
  durable: false,
  crossProcess: false,
  fenced: false,
  delay: false,
  recordTtl: false,
  atomicFanOut: false,
};
const createBreakable = () => {
  throw new Error("nothing is run here");
};

it("no two cases claim the same", () => {
  const titles = conformanceCases.map((each) => each.title);
  expect(titles).toEqual([...new Set(titles)]);
});

it("every promise has its cases, even for a transport that can do nothing special", () => {
  const promised = new Set(applicableCases({ capabilities: NONE, createBreakable }).map((each) => each.promise));
  expect([...promised].sort()).toEqual(Object.keys(PROMISES).sort());
});

it.each(["at least once", "isolation", "unreadable is kept"])("no capability waives a case of %s", (promise) => {
  for (const each of conformanceCases.filter((one) => one.promise === promise)) {
    expect(each.requires, each.title).toBeUndefined();
  }
});

it("a capability that is declared false trades the cases that need it for those that refuse it", () => {
  const titles = (capabilities: typeof ALL) =>
    applicableCases({ capabilities, createBreakable }).map((each) => each.title);
  const traded = titles({ ...ALL, delay: false }).filter((title) => !titles(ALL).includes(title));
  expect(traded).toEqual(["a transport that cannot delay refuses to, on send and on retry"]);
  expect(titles({ ...ALL, delay: false }).length).toBeLessThan(titles(ALL).length);
});

it("a harness that cannot break the line is spared what needs it, and nothing else", () => {
  const spared = conformanceCases.filter((each) => !applicableCases({ capabilities: ALL }).includes(each));
  expect(spared.filter((each) => each.breaksLine !== true && each.requires === undefined)).toEqual([]);
  expect(spared.some((each) => each.breaksLine)).toBe(true);
});
