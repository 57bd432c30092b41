/**
 * Calls `finish` when the process has nothing left to do (again, after what that set going has ended), and `abandon` when it
 * ends for good and only blocking work is possible. Returns what takes both back.
 */
export function onProcessEnd(finish: () => void, abandon: () => void): () => void {
  process.on("beforeExit", finish);
  process.on("exit", abandon);
  return () => {
    process.off("beforeExit", finish);
    process.off("exit", abandon);
  };
}
