import { afterAll, beforeAll, expect, test } from "vitest";
import { runWork } from "../src/measure/run-work.js";
import type { Target, Work } from "../src/measure/work.js";
import { type Servers, startServers } from "../src/servers/servers.js";
import { memory } from "../src/works/memory.js";
import { receive } from "../src/works/receive.js";
import { send } from "../src/works/send.js";
import { tasks } from "../src/works/tasks.js";

let servers: Servers;
beforeAll(async () => {
  servers = await startServers(0.2);
});
afterAll(() => servers[Symbol.asyncDispose]());

/**
 * So much of what another contender does in the same rounds must be left: less than half of what it was when this was written (1.5, 0.75,
 * 0.6 and 1.4, in full rounds), so that a change that halves the speed is seen, and a busy machine is not.
 */
const LEAST: readonly (readonly [work: Work, least: number])[] = [
  [send, 0.55],
  [receive, 0.28],
  [memory, 0.25],
  [tasks, 0.55],
];

test.each(LEAST.map(([work, least]) => [work.title, work, least] as const))(
  "%s: as fast as it was, beside others",
  { timeout: 120_000 },
  async (_, work, least) => {
    const { contender, against, quantity } = (work.targets ?? [])[0] as Target;
    const contenders = work.contenders.filter(({ name }) => name === contender || name === against);
    const targets = [{ contender, quantity, bound: least, ...(against === undefined ? {} : { against }) }];
    const { signal } = new AbortController();
    const result = await runWork({ ...work, contenders, targets }, { rounds: 5, place: servers.place, signal });
    const [judged] = result.targets;
    expect(judged?.reached, JSON.stringify(result.contenders)).toBeGreaterThan(least);
  },
);
