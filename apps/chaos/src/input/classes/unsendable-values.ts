import type { AgentMessage } from "@agentcomm/protocol";
import fc from "fast-check";
import { lettersIn } from "../entries/check-entries.js";
import type { InputClass } from "../input-class.js";
import { openProducerScene, type ProducerScene } from "../producers/producer-scene.js";
import { STORING_PLACES, type StoringPlace } from "../producers/storing-calls.js";
import {
  BUILDING_PLACES,
  type BuildingPlace,
  SENDING_PLACES,
  type SendingPlace,
  TARGET,
} from "../producers/value-calls.js";
import { arrivalOf, expectSame, expectTaken } from "../values/arrival.js";
import { build, type Recipe } from "../values/recipe.js";
import { anyRecipe } from "../values/recipes.js";
import { tryCall } from "../values/try-call.js";

/** A value, and where it is put. */
export interface ValueCase {
  readonly call: string;
  readonly value: Recipe;
}

const CALLS = [SENDING_PLACES, BUILDING_PLACES, STORING_PLACES].flatMap((places) => Object.keys(places));

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
  title:
    "a value that cannot be sent is refused with a typed error wherever it is handed over, and nothing is stored; others arrive as JSON says them",
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

/** Resolves to how many messages it has left in a store. */
async function checkValue(scene: ProducerScene, { call, value: recipe }: ValueCase, unique: string): Promise<number> {
  try {
    const sending = SENDING_PLACES[call];
    if (sending !== undefined) return await checkSending(scene, sending, call, recipe);
    const building = BUILDING_PLACES[call];
    const storing = STORING_PLACES[call];
    if (building !== undefined) await checkBuilding(building, call, recipe);
    else if (storing !== undefined) await checkStoring(scene, storing, recipe, unique);
    else throw new Error("nothing takes a value there");
    return 0;
  } catch (error) {
    throw new Error(`${call}, given ${JSON.stringify(recipe).slice(0, 200)}`, { cause: error });
  }
}

async function checkSending(scene: ProducerScene, place: SendingPlace, call: string, recipe: Recipe): Promise<number> {
  const arrival = arrivalOf(recipe, place.levels);
  const called = await tryCall(call, () => place.send(scene, build(recipe)));
  expectTaken(arrival, called, place.takes);
  const taken = await takeAll(scene);
  if ("error" in called) {
    if (taken.length > 0) throw new Error("what was refused is stored");
    return 0;
  }
  if (place.part !== undefined) {
    const [message] = taken;
    if (message === undefined || taken.length !== 1) throw new Error(`${taken.length} messages arrived of one`);
    expectSame(arrival, place.part(message));
  }
  return (called.value as number) - taken.length;
}

/** What arrived where all is sent that does not say where. What has expired is shown as well. Nobody reads there afterwards. */
async function takeAll({ transport }: ProducerScene): Promise<AgentMessage[]> {
  const deliveries = await transport.receive(TARGET, { limit: 10_000 });
  const letters = await lettersIn(transport, TARGET);
  await transport.deleteMailbox(TARGET, { discard: true });
  const expired = letters.map(({ reason, detail, message }) => {
    if (reason !== "expired" || message === undefined) throw new Error(`what was accepted is ${reason}: ${detail}`);
    return message;
  });
  return [...deliveries.map(({ message }) => message), ...expired];
}

async function checkBuilding(place: BuildingPlace, call: string, recipe: Recipe): Promise<void> {
  const arrival = arrivalOf(recipe, place.levels);
  const called = await tryCall(call, () => place.build(build(recipe)));
  expectTaken(arrival, called, place.takes);
  if ("value" in called && place.part !== undefined) expectSame(arrival, place.part(called.value as AgentMessage));
}

async function checkStoring(scene: ProducerScene, place: StoringPlace, recipe: Recipe, unique: string): Promise<void> {
  const stored = await place.store(scene, build(recipe), unique);
  if (place.levels === undefined) return;
  const arrival = arrivalOf(recipe, place.levels);
  expectTaken(arrival, stored.called, place.takes);
  if ("value" in stored.called && "kept" in stored) expectSame(arrival, stored.kept);
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
