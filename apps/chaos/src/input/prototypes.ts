const WATCHED = [Object, Array, Function, String, Number, Boolean, Promise, Map, Set, Uint8Array, Error].map(
  ({ name, prototype }) => ({ name, prototype, facts: factsOf(prototype) }),
);

/** Throws if a prototype is not what it was when this process started. */
export function expectIntactPrototypes(): void {
  for (const { name, prototype, facts } of WATCHED) {
    const now = factsOf(prototype);
    const changed = [...now].find(([key, value]) => facts.get(key) !== value)?.[0];
    const missing = [...facts.keys()].find((key) => !now.has(key));
    const key = changed ?? missing;
    if (key !== undefined) throw new Error(`${String(key)} of ${name}.prototype was changed`);
  }
}

function factsOf(prototype: object): Map<PropertyKey, unknown> {
  return new Map(
    Reflect.ownKeys(prototype).map((key) => {
      const { value, get } = Object.getOwnPropertyDescriptor(prototype, key) ?? {};
      return [key, value ?? get];
    }),
  );
}
