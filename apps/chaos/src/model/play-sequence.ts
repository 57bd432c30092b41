import { isDeepStrictEqual } from "node:util";
import type { JsonValue } from "@agentcomm/protocol";
import { Account } from "./account.js";
import { AGENTS, PASS_MS, type Sequence } from "./command.js";
import { createMemoryWorld } from "./memory-world.js";
import { ModelClock } from "./model-clock.js";
import { failureIn } from "./observe.js";
import { observeState, type State, tidyUp } from "./observe-state.js";
import { perform } from "./perform.js";
import type { RedisWorld } from "./redis-world.js";
import { createSession, type Session } from "./world.js";

/** Where the worlds parted: the command, and what each of them showed. */
export interface Difference {
  /** Of the command, in the sequence. */
  readonly index: number;
  readonly memory: JsonValue;
  readonly redis: JsonValue;
}

/**
 * Plays a sequence in a new memory world and in the Redis world, command by command. Resolves to the first difference in what a
 * caller sees, or undefined. `tag` sets its names apart from those of every other sequence in the Redis world.
 */
export async function playSequence(
  sequence: Sequence,
  redisWorld: RedisWorld,
  tag: string,
): Promise<Difference | undefined> {
  const clock = new ModelClock();
  await using memoryWorld = createMemoryWorld(clock);
  redisWorld.begin(clock);
  const memory = createPlayer(createSession(memoryWorld, clock, tag));
  const redis = createPlayer(createSession(redisWorld, clock, tag));
  try {
    for (const [index, command] of sequence.entries()) {
      if (command.do === "pass") await clock.advance(PASS_MS);
      const [inMemory, onRedis] = await Promise.all([memory.play(sequence, index), redis.play(sequence, index)]);
      if (!isDeepStrictEqual(inMemory, onRedis)) return { index, memory: inMemory, redis: onRedis };
    }
    return undefined;
  } finally {
    await Promise.all([tidyUp(memory.session, AGENTS), tidyUp(redis.session, AGENTS)]);
  }
}

interface Player {
  readonly session: Session;
  play(sequence: Sequence, index: number): Promise<JsonValue>;
}

function createPlayer(session: Session): Player {
  const account = new Account();
  let before: State | undefined;
  return {
    session,
    async play(sequence, index) {
      const command = sequence[index];
      if (command === undefined) throw new RangeError(`there is no command ${index}`);
      const seen = await perform(session, command, index);
      const state = await observeState(session);
      const wrong = account.enter(command, seen, before, state) ?? failureIn({ seen, ...state });
      before = state;
      // In both worlds or in one: what may not be is a difference in any case.
      const books = wrong === undefined ? "balanced" : `${session.world.name}: ${wrong}`;
      return JSON.parse(JSON.stringify({ seen, ...state, books }).replaceAll(`.${session.tag}`, "")) as JsonValue;
    },
  };
}
