import { visible } from "../report/visible.js";
import { progressText } from "./picture.js";
import { createRate } from "./rate.js";
import type { Scene, Screen, View } from "./view.js";

const LOOK_MS = 100;
const STEPS = 10;
const LONGEST_SILENCE_MS = 10_000;

/** Writes a line for each tenth of the work, and one now and then when it goes slowly: for pipes and files. */
export function createPlainView(screen: Screen, scene: Scene): View {
  const begun = scene.now();
  const rate = createRate();
  let told = 0;
  let toldAt = begun;
  let ended = false;

  const look = (): void => {
    const state = scene.board.state();
    const now = scene.now();
    const messagesPerSecond = rate(state.sent + state.received, now);
    const step = scene.files === 0 ? STEPS : Math.floor((state.filesDone / scene.files) * STEPS);
    if (step <= told && now - toldAt < LONGEST_SILENCE_MS) return;
    told = Math.max(step, told);
    toldAt = now;
    const busy = state.agents.filter(({ running }) => running.length > 0).map(({ id }) => id);
    const who = busy.length > 0 ? `  busy: ${busy.join(", ")}` : "";
    screen.write(
      `${progressText({ ...state, files: scene.files, elapsedMs: now - begun, messagesPerSecond })}${who}\n`,
    );
  };
  const timer = setInterval(look, LOOK_MS);
  timer.unref();

  return {
    note(text) {
      screen.write(`${visible(text)}\n`);
    },
    [Symbol.dispose]() {
      if (ended) return;
      ended = true;
      clearInterval(timer);
      look();
    },
  };
}
