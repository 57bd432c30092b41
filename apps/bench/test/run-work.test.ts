import { expect, test } from "vitest";
import { type Contender, type Place, Unavailable } from "../src/measure/contender.js";
import { runWork } from "../src/measure/run-work.js";
import type { Work } from "../src/measure/work.js";

const place: Place = { redisUrl: "", nats: async () => "", count: (full) => full, name: () => "name" };
const { signal } = new AbortController();

/** A contender whose rounds give these numbers, one after the other, and what it was asked to do. */
function contender(name: string, numbers: readonly number[], log: string[] = []): Contender {
  return {
    name,
    keeps: "nothing",
    async open() {
      log.push(`open ${name}`);
      let round = 0;
      return {
        async round() {
          log.push(name);
          return { perSecond: numbers[round++] ?? Number.NaN };
        },
        async [Symbol.asyncDispose]() {
          log.push(`close ${name}`);
        },
      };
    },
  };
}

const work = (contenders: readonly Contender[], targets: Work["targets"] = []): Work => {
  return { id: "work", title: "work", quantities: ["perSecond"], contenders, targets };
};

test("contenders take turns, each round begun by another one; the first round warms up", async () => {
  const log: string[] = [];
  const contenders = [contender("a", [1, 10, 30], log), contender("b", [1, 20, 40], log)];
  const result = await runWork(work(contenders), { rounds: 2, place, signal });
  expect(log).toEqual(["open a", "open b", "a", "b", "b", "a", "a", "b", "close b", "close a"]);
  expect(result.contenders).toMatchObject([
    { name: "a", measured: { perSecond: { median: 20, least: 10, most: 30 } } },
    { name: "b", measured: { perSecond: { median: 30, least: 20, most: 40 } } },
  ]);
});

test("a target is the median of the rounds' own ratios, or a number", async () => {
  const contenders = [contender("a", [0, 10, 30, 50]), contender("b", [0, 20, 20, 20])];
  const targets = [
    { contender: "a", quantity: "perSecond", against: "b", bound: 1.5 },
    { contender: "a", quantity: "perSecond", against: "b", bound: 1.6 },
    { contender: "b", quantity: "perSecond", bound: 20 },
    { contender: "a", quantity: "perSecond", against: "nobody", bound: 1 },
  ] as const;
  const { targets: judged } = await runWork(work(contenders, targets), { rounds: 3, place, signal });
  expect(judged.map(({ reached, met }) => [reached, met])).toEqual([
    [1.5, true],
    [1.5, false],
    [20, true],
    [undefined, false],
  ]);
});

test("who cannot run here says why, and the others run", async () => {
  const absent: Contender = {
    ...contender("absent", []),
    open: async () => {
      throw new Unavailable("it is not on PATH");
    },
  };
  const result = await runWork(work([absent, contender("a", [1, 2])]), { rounds: 1, place, signal });
  expect(result.contenders).toMatchObject([{ unavailable: "it is not on PATH" }, { measured: {} }]);
});

test("a contender that fails fails the run, and all are closed", async () => {
  const log: string[] = [];
  const broken: Contender = {
    ...contender("broken", []),
    open: async () => ({
      round: () => Promise.reject(new Error("a note is missing")),
      [Symbol.asyncDispose]: async () => void log.push("close broken"),
    }),
  };
  const running = runWork(work([contender("a", [1], log), broken]), { rounds: 1, place, signal });
  await expect(running).rejects.toThrow("broken failed");
  expect(log).toEqual(["open a", "a", "close broken", "close a"]);
});
