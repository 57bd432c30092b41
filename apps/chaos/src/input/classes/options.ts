import fc from "fast-check";
import type { InputClass } from "../input-class.js";
import { OPTION_CALLS, type OptionCall } from "../producers/option-calls.js";
import { openProducerScene, type ProducerScene } from "../producers/producer-scene.js";
import { build, type Recipe } from "../values/recipe.js";
import { anyRecipe } from "../values/recipes.js";
import { REFUSALS, tryCall } from "../values/try-call.js";

/** What a call is given for its options, or its argument. */
export interface OptionCase {
  readonly call: string;
  readonly given: Recipe;
}

const ODD = [
  -1,
  0,
  -0,
  0.5,
  1,
  2,
  60,
  1e9,
  2 ** 31,
  2 ** 53,
  1e308,
  "1",
  "",
  "redis",
  "memory",
  "__proto__",
  null,
  true,
  false,
  [],
  {},
  [""],
  ["a"],
  ["a", 1],
];
const odd: fc.Arbitrary<Recipe> = fc.constantFrom(...ODD).map((json) => ({ json }));
const value = fc.oneof(odd, anyRecipe);

const optionCase: fc.Arbitrary<OptionCase> = fc.constantFrom(...Object.keys(OPTION_CALLS)).chain((call) => {
  const { names } = OPTION_CALLS[call] as OptionCall;
  if (names.length === 0) return value.map((given) => ({ call, given }));
  const named = fc
    .uniqueArray(fc.tuple(fc.constantFrom(...names), value), { minLength: 1, maxLength: 4, selector: ([name]) => name })
    .map((object): Recipe => ({ object }));
  const getter = fc.record({
    getter: fc.constantFrom(...names),
    throws: fc.constantFrom<Recipe>({ json: null }, { made: "error" }),
  });
  return fc
    .oneof({ weight: 5, arbitrary: named }, { weight: 1, arbitrary: getter }, { weight: 1, arbitrary: value })
    .map((given) => ({ call, given }));
});

/** Options of the wrong kind or value, for every public function that takes some. */
export const options: InputClass<OptionCase> = {
  name: "options",
  title: "whatever is given for options, a call does its work or ends with a typed error that names what is wrong",
  cases: optionCase,
  batch: 250,
  async open() {
    return {
      async check(cases) {
        await using scene = await openProducerScene();
        for (const [index, each] of cases.entries()) await checkOptions(scene, each, `case-${index}`);
        scene.expectTypedTroubles();
      },
      async [Symbol.asyncDispose]() {},
    };
  },
};

async function checkOptions(scene: ProducerScene, { call: name, given }: OptionCase, unique: string): Promise<void> {
  const call = OPTION_CALLS[name];
  if (call === undefined) throw new Error(`no call is named ${name}`);
  try {
    const base = call.base?.(scene, unique);
    const called = await tryCall(name, () => call.call(scene, optionsOf(base, given) as never, unique), [
      ...REFUSALS,
      ...(call.codes ?? []),
      ...OTHERWISE,
    ]);
    if ("error" in called && called.error.code === "INVALID_OPTIONS")
      expectNamed(called.error.message, namesOf(call, base, given));
  } catch (error) {
    throw new Error(`${name}, given ${JSON.stringify(given).slice(0, 200)}`, { cause: error });
  }
}

/** What valid options may lead to. A store that failed is none of it: nothing has. */
const OTHERWISE = [
  "TIMEOUT",
  "MAILBOX_FULL",
  "MAILBOX_NOT_EMPTY",
  "NO_AGENT_AVAILABLE",
  "AGENT_EXISTS",
  "CLOSED",
] as const;

/** What must be there, with what the case gives added; whatever is no object is given as it is. */
function optionsOf(base: object | undefined, given: Recipe): unknown {
  const built = build(given);
  if (base === undefined || !("object" in given || "getter" in given)) return built;
  return Object.defineProperties(base, Object.getOwnPropertyDescriptors(built as object));
}

/** What an error may name: the options that are given. Where they cannot be read, the argument; where none is given, one that is missing. */
function namesOf(call: OptionCall, base: object | undefined, given: Recipe): readonly string[] {
  const { names, argument = "options" } = call;
  const isKnown = (name: string): boolean => names.includes(name);
  if ("getter" in given && isKnown(given.getter)) return [given.getter, argument];
  const known = "object" in given ? given.object.map(([name]) => name).filter(isKnown) : [];
  return known.length > 0 ? known : [argument, ...names, ...Object.keys(base ?? {})];
}

function expectNamed(message: string, names: readonly string[]): void {
  if (!names.some((name) => new RegExp(`\\b${name}\\b`).test(message)))
    throw new Error(`the error does not say that it is about ${names.join(" or ")}: ${message}`);
}
