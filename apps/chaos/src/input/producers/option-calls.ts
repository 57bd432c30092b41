import type { ErrorCode } from "@agentcomm/protocol";
import { AGENT_CALLS } from "./agent-option-calls.js";
import { MAKING_CALLS } from "./making-option-calls.js";
import type { ProducerScene } from "./producer-scene.js";
import { TRANSPORT_CALLS } from "./transport-option-calls.js";

/** A public function that takes options, or an argument that is checked like one. */
export interface OptionCall {
  /** The options that it knows. None: the value is an argument, not an object with options. */
  readonly names: readonly string[];
  /**
   * What errors call the argument itself.
   * @default "options"
   */
  readonly argument?: string;
  /** What must be there for the rest to be looked at: the case's options are added. */
  readonly base?: (scene: ProducerScene, unique: string) => object;
  /** Refusals of its own, beside those of every call. */
  readonly codes?: readonly ErrorCode[];
  call(scene: ProducerScene, options: never, unique: string): unknown;
}

/** Every public function that takes options. */
export const OPTION_CALLS: Readonly<Record<string, OptionCall>> = {
  ...TRANSPORT_CALLS,
  ...AGENT_CALLS,
  ...MAKING_CALLS,
};
