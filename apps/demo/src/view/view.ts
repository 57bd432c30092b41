import type { Board } from "./board.js";

/** Shows the crew at work, until it is ended. */
export interface View extends Disposable {
  /** Says something that stays to be read. One line. */
  note(text: string): void;
  /** Leaves the terminal as it was found. Repeating it changes nothing. */
  [Symbol.dispose](): void;
}

/** What a view shows. */
export interface Scene {
  readonly board: Board;
  readonly files: number;
  /** Milliseconds on a clock that never jumps. */
  readonly now: () => number;
}

/** Where a view is drawn: a terminal, a pipe or a file. */
export interface Screen {
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
  write(text: string): unknown;
}
