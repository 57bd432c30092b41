import fc from "fast-check";
import type { InputClass } from "../input-class.js";
import { HOSTILE_HANDLERS } from "../producers/hostile-handlers.js";
import { openProducerScene, type ProducerScene } from "../producers/producer-scene.js";
import { ENDS, hostileEnd } from "../values/hostile-end.js";
import type { MadeName } from "../values/made-values.js";
import type { Recipe } from "../values/recipe.js";
import { anyRecipe, thrownRecipe } from "../values/recipes.js";

/** How a function of the user's ends, and which. */
export interface HandlerCase {
  readonly place: string;
  readonly ends: (typeof ENDS)[number];
  readonly value: Recipe;
}

/** Whoever returns what never ends has not ended: that is what leases and deadlines are for. */
const ENDLESS: readonly MadeName[] = ["promise that never ends", "thenable that never ends"];
const neverEnds = ({ ends, value }: HandlerCase): boolean =>
  ends === "returns" && "made" in value && ENDLESS.includes(value.made);

const handlerCase: fc.Arbitrary<HandlerCase> = fc
  .record({
    place: fc.constantFrom(...Object.keys(HOSTILE_HANDLERS)),
    ends: fc.constantFrom(...ENDS),
    value: fc.oneof(thrownRecipe, anyRecipe),
  })
  .filter((each) => !neverEnds(each));

/** Handlers, listeners, schemas and strategies that throw anything at all, or return what cannot be serialised. */
export const handlers: InputClass<HandlerCase> = {
  name: "handlers",
  title:
    "whatever a handler throws or returns, whoever waits for it is told, nothing is dropped, and the next message is handled",
  cases: handlerCase,
  batch: 100,
  async open() {
    return {
      async check(cases) {
        await using scene = await openProducerScene();
        await Promise.all(cases.map((each, index) => checkHandler(scene, each, `case-${index}`)));
        scene.expectTypedTroubles();
      },
      async [Symbol.asyncDispose]() {},
    };
  },
};

async function checkHandler(scene: ProducerScene, { place, ends, value }: HandlerCase, unique: string): Promise<void> {
  const handler = HOSTILE_HANDLERS[place];
  if (handler === undefined) throw new Error(`no function of a user's is called ${place}`);
  try {
    await handler(scene, await hostileEnd(ends, value), unique);
  } catch (error) {
    throw new Error(`${place} ${ends} ${JSON.stringify(value).slice(0, 200)}`, { cause: error });
  }
}
