import fc, { type Arbitrary } from "fast-check";
import { anyJson, anyText } from "../arbitraries/json.js";
import { MADE_NAMES } from "./made-values.js";
import { type Recipe, TRAPS } from "./recipe.js";

const made: Arbitrary<Recipe> = fc.constantFrom(...MADE_NAMES).map((name) => ({ made: name }));
const json: Arbitrary<Recipe> = anyJson.map((value) => ({ json: value }));

/** What is thrown: mostly things that are no errors. */
export const thrownRecipe: Arbitrary<Recipe> = fc.oneof(
  fc.constantFrom<Recipe>(
    { json: null },
    { made: "undefined" },
    { json: "text" },
    { json: 0 },
    { json: {} },
    { made: "error" },
  ),
  made,
  fc.record({
    trap: fc.constantFrom(...TRAPS),
    throws: fc.constant<Recipe>({ json: null }),
    on: fc.constant<Recipe>({ made: "error" }),
  }),
);

const trapped: Arbitrary<Recipe> = fc.record({
  trap: fc.constantFrom(...TRAPS),
  throws: thrownRecipe,
  on: fc.constantFrom<Recipe>({ json: {} }, { json: { a: 1 } }, { json: [1] }, { made: "function" }),
});

const getter: Arbitrary<Recipe> = fc.record({
  getter: fc.constantFrom("a", "then", "toJSON", "id", "from", "type", "content", "length", "constructor"),
  throws: thrownRecipe,
});

const large: Arbitrary<Recipe> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      depth: fc.integer({ min: 1, max: 40 }),
      of: fc.constantFrom("array" as const, "object" as const),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      depth: fc.integer({ min: 41, max: 20_000 }),
      of: fc.constantFrom("array" as const, "object" as const),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      text: fc.constantFrom("x", "é", "\0", "\n"),
      times: fc.integer({ min: 40_000, max: 300_000 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ keys: fc.integer({ min: 1, max: 30_000 }) }) },
);

const simple: Arbitrary<Recipe> = fc.oneof(
  { weight: 6, arbitrary: made },
  { weight: 2, arbitrary: trapped },
  { weight: 2, arbitrary: getter },
  { weight: 2, arbitrary: json },
  { weight: 1, arbitrary: anyText.map((text): Recipe => ({ json: text })) },
);

/** Any value that a program may hand over by mistake or out of malice, and some that are fine. */
export const anyRecipe: Arbitrary<Recipe> = fc.oneof(
  { weight: 60, arbitrary: simple },
  {
    weight: 20,
    arbitrary: fc.array(fc.tuple(anyText, simple), { maxLength: 3 }).map((object): Recipe => ({ object })),
  },
  { weight: 10, arbitrary: fc.array(simple, { maxLength: 3 }).map((array): Recipe => ({ array })) },
  { weight: 3, arbitrary: large },
);
