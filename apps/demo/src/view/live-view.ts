import { visible } from "../report/visible.js";
import { cut, drawPicture, type Paint } from "./picture.js";
import { createRate } from "./rate.js";
import type { Scene, Screen, View } from "./view.js";

const FRAME_MS = 100;
const HIDE_CURSOR = "\x1b[?25l";
const SHOW_CURSOR = "\x1b[?25h";
// A line that wraps would be two, and the next picture would be drawn below its place.
const NO_WRAP = "\x1b[?7l";
const WRAP = "\x1b[?7h";
const CLEAR_BELOW = "\x1b[J";
const CLEAR_LINE = "\x1b[K";

/** Draws the crew on a terminal, again and again in the same place. Hides the cursor until it is ended. */
export function createLiveView(screen: Screen, scene: Scene, paint: Paint): View {
  const begun = scene.now();
  const rate = createRate();
  let drawn = 0;
  let ended = false;

  const frame = (): string => {
    const columns = Math.max(1, (screen.columns || 80) - 1);
    const rows = Math.max(1, (screen.rows || 24) - 1);
    const state = scene.board.state();
    const now = scene.now();
    const moment = {
      ...state,
      files: scene.files,
      elapsedMs: now - begun,
      messagesPerSecond: rate(state.sent + state.received, now),
    };
    const lines = drawPicture(moment, columns, paint).slice(0, rows);
    const text = `${back()}${lines.map((line) => `${line}${CLEAR_LINE}\n`).join("")}${CLEAR_BELOW}`;
    drawn = lines.length;
    return text;
  };
  const back = (): string => `${drawn > 0 ? `\x1b[${drawn}A` : ""}\r`;

  screen.write(HIDE_CURSOR + NO_WRAP + frame());
  const timer = setInterval(() => screen.write(frame()), FRAME_MS);
  timer.unref();

  const end = (): void => {
    if (ended) return;
    ended = true;
    clearInterval(timer);
    process.off("exit", end);
    screen.write(frame() + WRAP + SHOW_CURSOR);
  };
  // Whatever ends the process, a second Ctrl-C too: nobody wants to type without a cursor.
  process.on("exit", end);

  return {
    note(text) {
      if (ended) {
        screen.write(`${visible(text)}\n`);
        return;
      }
      const line = cut(visible(text), Math.max(1, (screen.columns || 80) - 1));
      const above = `${back()}${CLEAR_BELOW}${line}\n`;
      drawn = 0;
      screen.write(above + frame());
    },
    [Symbol.dispose]: end,
  };
}
