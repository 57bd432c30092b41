/** What did not hold, with what is underneath: for people. Never throws, whatever was thrown. */
export function describeFailure(thrown: unknown): string {
  try {
    if (!(thrown instanceof Error)) return `something was thrown that is no error: ${String(thrown)}`;
    const own = thrown.message === "" ? thrown.name : thrown.message;
    const where = /^\s+at .*$/m.exec(thrown.stack ?? "")?.[0].trim() ?? "";
    return thrown.cause === undefined ? `${own} (${where})` : `${own}: ${describeFailure(thrown.cause)}`;
  } catch {
    return "something was thrown that cannot be shown";
  }
}
