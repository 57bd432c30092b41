/** An object that is like another, save for some of its properties. */
export function alter<T extends object>(original: T, changes: Partial<T>): T {
  return new Proxy(original, {
    get(target, key) {
      if (Object.hasOwn(changes, key)) return Reflect.get(changes, key);
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}
