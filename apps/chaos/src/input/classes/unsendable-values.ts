import fc from "fast-check";
import { lettersIn } from "../entries/check-entries.js";
import type { InputClass } from "../input-class.js";
import { openProducerScene, type ProducerScene } from "../producers/producer-scene.js";
import { STORING_CALLS } from "../producers/storing-calls.js";
import { BUILDING_CALLS, SENDING_CALLS } from "../producers/value-calls.js";
import { build, type Recipe } from "../values/recipe.js";
import { anyRecipe } from "../values/recipes.js";
import { tryCall } from "../values/try-call.js";

/** A value, and where it is put. */
export interface ValueCase {
  readonly call: string;
  readonly value: Recipe;
}

const CALLS = [...Object.keys(SENDING_CALLS), ...Object.keys(BUILDING_CALLS), ...Object.keys(STORING_CALLS)];

/**
 * Their mailboxes get what is theirs, tasks and answers; so do those of the agents that a case registers. What the calls send is
 * counted in all the others.
 */
const OWN = new Set(["sender", "answerer", "supervisor"]);

// An array that says it holds four billion messages is taken at its word.
const isEndless = ({ call, value }: ValueCase): boolean =>
  call === "all of many" && "made" in value && ["array of any length", "growing array"].includes(value.made);

/** Values that JSON cannot say, or that do something when they are read, wherever a program can hand one over. */
export const unsendableValues: InputClass<ValueCase> = {
  name: "unsendable-values",
  title: "a value that cannot be sent is refused with a typed error wherever it is handed over, and nothing is stored",
  cases: fc.record({ call: fc.constantFrom(...CALLS), value: anyRecipe }).filter((each) => !isEndless(each)),
  batch: 250,
  async open() {
    return {
      async check(cases) {
        await using scene = await openProducerScene();
        let stored = 0;
        for (const [index, each] of cases.entries()) stored += await checkValue(scene, each, `case-${index}`);
        await expectStored(scene, stored);
        scene.expectTypedTroubles();
      },
      async [Symbol.asyncDispose]() {},
    };
  },
};

/** Resolves to how many messages it has stored. */
async function checkValue(scene: ProducerScene, { call, value: recipe }: ValueCase, unique: string): Promise<number> {
  const value = build(recipe);
  const sending = SENDING_CALLS[call];
  const building = BUILDING_CALLS[call];
  const storing = STORING_CALLS[call];
  try {
    if (sending !== undefined) {
      const called = await tryCall(call, () => sending(scene, value));
      return "error" in called ? 0 : (called.value as number);
    }
    if (building !== undefined) await tryCall(call, () => building(value));
    await storing?.(scene, value, unique);
    return 0;
  } catch (error) {
    throw new Error(`${call}, given ${JSON.stringify(recipe).slice(0, 200)}`, { cause: error });
  }
}

/** As many messages are stored as were accepted, and all of them can be read. */
async function expectStored({ transport }: ProducerScene, accepted: number): Promise<void> {
  const { mailboxes } = await transport.stats();
  let stored = 0;
  for (const { agentId, ready, delayed, inFlight, dead } of mailboxes) {
    if (OWN.has(agentId) || agentId.startsWith("case-")) continue;
    stored += ready + delayed + inFlight + dead;
    const read = await transport.receive(agentId, { limit: 10_000 });
    const letters = await lettersIn(transport, agentId);
    const unreadable = letters.find(({ reason }) => reason !== "expired");
    if (unreadable !== undefined) throw new Error(`what was accepted is ${unreadable.reason}: ${unreadable.detail}`);
    if (read.length + letters.length !== ready)
      throw new Error(`${read.length} of ${ready} accepted messages were received`);
  }
  if (stored !== accepted) throw new Error(`${accepted} messages were accepted and ${stored} are stored`);
}
