/** Where progress is shown. */
export interface Screen {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/** Shows what goes on: on a terminal in one line that changes, elsewhere now and then in a line of its own. */
export interface Progress extends Disposable {
  /** What goes on at this moment. */
  say(text: string): void;
  /** A line that stays. */
  print(line: string): void;
}

const TERMINAL_MS = 100;
const ELSEWHERE_MS = 10_000;

export function createProgress(screen: Screen, now: () => number = () => performance.now()): Progress {
  const isTerminal = screen.isTTY === true;
  let shownAt = Number.NEGATIVE_INFINITY;
  const clear = (): void => {
    if (isTerminal) screen.write("\r\u001b[K");
  };
  return {
    say(text) {
      if (now() - shownAt < (isTerminal ? TERMINAL_MS : ELSEWHERE_MS)) return;
      shownAt = now();
      clear();
      screen.write(isTerminal ? text.slice(0, (screen.columns ?? 80) - 1) : `${text}\n`);
    },
    print(line) {
      clear();
      screen.write(`${line}\n`);
      if (!isTerminal) shownAt = now();
    },
    [Symbol.dispose]: clear,
  };
}
