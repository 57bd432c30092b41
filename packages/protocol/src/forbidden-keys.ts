/** Keys through which foreign data could reach a prototype. They are in nothing that is sent or read. */
export function isForbiddenKey(key: string): boolean {
  return key === "__proto__" || key === "constructor" || key === "prototype";
}
