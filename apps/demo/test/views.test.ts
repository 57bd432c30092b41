import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Board, BoardState } from "../src/view/board.js";
import { createView } from "../src/view/create-view.js";
import { rarely } from "../src/view/rarely.js";
import type { Screen } from "../src/view/view.js";

const SHOW_CURSOR = "\u001b[?25h";
const HIDE_CURSOR = "\u001b[?25l";

function createScene() {
  const state = { filesDone: 0, agents: [], sent: 0, received: 0 } satisfies BoardState;
  const board: Board = { state: () => state, name: () => {}, fileDone: () => {}, [Symbol.dispose]: () => {} };
  return { state: state as { filesDone: number }, scene: { board, files: 100, now: () => Date.now() } };
}

function createScreen(terminal?: { columns: number; rows: number }): Screen & { text: string } {
  const screen = {
    ...(terminal === undefined ? {} : { isTTY: true, ...terminal }),
    text: "",
    write(text: string) {
      screen.text += text;
    },
  };
  return screen;
}

describe("what is told rarely", () => {
  it("is told again only after a while", () => {
    const told: string[] = [];
    let now = 0;
    const tell = rarely(
      (text) => told.push(text),
      () => now,
      1_000,
    );
    for (const text of ["a", "a", "b"]) tell(text);
    now = 999;
    tell("a");
    now = 1_000;
    tell("a");
    expect(told).toEqual(["a", "b", "a"]);
  });
});

describe("a view", () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it("on a terminal draws over what it drew before, and gives the cursor back", () => {
    const { scene, state } = createScene();
    const screen = createScreen({ columns: 60, rows: 24 });
    const view = createView(screen, scene, {});
    expect(screen.text.startsWith(HIDE_CURSOR)).toBe(true);
    state.filesDone = 40;
    vi.advanceTimersByTime(250);
    expect(screen.text).toContain("\u001b[1A\r");
    expect(screen.text).toContain(" 40 % ");
    view[Symbol.dispose]();
    expect(screen.text.lastIndexOf(SHOW_CURSOR)).toBeGreaterThan(screen.text.lastIndexOf(HIDE_CURSOR));
    const { length } = screen.text;
    vi.advanceTimersByTime(1_000);
    view[Symbol.dispose]();
    expect(screen.text).toHaveLength(length);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("gives the cursor back when the process ends without ending it", () => {
    const { scene } = createScene();
    const screen = createScreen({ columns: 60, rows: 24 });
    const listeners = process.listeners("exit");
    const view = createView(screen, scene, {});
    const added = process.listeners("exit").filter((listener) => !listeners.includes(listener));
    expect(added).toHaveLength(1);
    for (const listener of added) listener(0);
    expect(screen.text.endsWith(SHOW_CURSOR)).toBe(true);
    view[Symbol.dispose]();
    expect(process.listeners("exit")).toEqual(listeners);
  });

  it("keeps a note above the picture, on one line and without control characters", () => {
    const { scene } = createScene();
    const screen = createScreen({ columns: 60, rows: 24 });
    using view = createView(screen, scene, {});
    view.note("a\u001b[2Jb\nc");
    expect(screen.text).toContain("a\\x1B[2Jb\\nc\n");
    expect(screen.text.slice(screen.text.indexOf("a\\x1B"))).toContain(" 0 of 100 files");
  });

  it("fits a terminal of one row, or one that does not tell its size", () => {
    for (const size of [
      { columns: 20, rows: 1 },
      { columns: 0, rows: 0 },
    ]) {
      const { scene } = createScene();
      const screen = createScreen(size);
      createView(screen, scene, {})[Symbol.dispose]();
      expect(screen.text).toContain(" 0 of 100");
    }
  });

  it("has no colors with NO_COLOR, and no escape sequence at all in a pipe or on a dumb terminal", () => {
    const drawn = (screen: Screen & { text: string }, env: Record<string, string>): string => {
      const { scene } = createScene();
      createView(screen, scene, env)[Symbol.dispose]();
      return screen.text;
    };
    const terminal = { columns: 80, rows: 24 };
    expect(drawn(createScreen(terminal), {})).toContain("\u001b[36m");
    expect(drawn(createScreen(terminal), { NO_COLOR: "1" })).not.toContain("\u001b[36m");
    expect(drawn(createScreen(), {})).not.toContain("\u001b");
    expect(drawn(createScreen(terminal), { TERM: "dumb" })).not.toContain("\u001b");
  });

  it("in a pipe is a line per tenth, and one when it goes slowly", () => {
    const { scene, state } = createScene();
    const screen = createScreen();
    const view = createView(screen, scene, {});
    vi.advanceTimersByTime(500);
    expect(screen.text).toBe("");
    state.filesDone = 10;
    vi.advanceTimersByTime(100);
    state.filesDone = 19;
    vi.advanceTimersByTime(1_000);
    expect(screen.text.match(/\n/g)).toHaveLength(1);
    vi.advanceTimersByTime(11_000);
    expect(screen.text.match(/\n/g)).toHaveLength(2);
    view.note("hello");
    state.filesDone = 100;
    view[Symbol.dispose]();
    expect(screen.text).toMatch(/hello\n100 % {2}100 of 100 files .*\n$/);
    expect(vi.getTimerCount()).toBe(0);
  });
});
