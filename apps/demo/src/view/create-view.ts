import { createLiveView } from "./live-view.js";
import { colored, plain } from "./picture.js";
import { createPlainView } from "./plain-view.js";
import type { Scene, Screen, View } from "./view.js";

/** The view that suits the screen: drawn in place on a terminal that can do so, plain lines otherwise. */
export function createView(screen: Screen, scene: Scene, env: Readonly<Record<string, string | undefined>>): View {
  if (screen.isTTY !== true || env.TERM === "dumb") return createPlainView(screen, scene);
  // https://no-color.org: any value that is not empty.
  return createLiveView(screen, scene, env.NO_COLOR ? plain : colored);
}
