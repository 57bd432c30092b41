import { deepStrictEqual } from "node:assert/strict";
import type { Subscription } from "@agentcomm/protocol";
import { messageOf, wireOf } from "../contenders/message-of.js";
import { OURS, type Ours, openAgentComm } from "../contenders/open-agentcomm.js";
import { openRedis } from "../contenders/open-redis.js";
import type { Contender } from "../measure/contender.js";
import { makeNote, type Note } from "../measure/note.js";
import type { Work } from "../measure/work.js";

const AGENTS = 10_000;

/** One message to everybody, until the last of 10,000 agents has it in its handler. */
export const broadcast: Work = {
  id: "broadcast",
  title: "broadcast to 10,000 agents in a process, until the last has handled it",
  quantities: ["ms"],
  contenders: [ours("redis"), ours("memory"), bare()],
  targets: [{ contender: OURS.redis.name, quantity: "ms", bound: 250 }],
};

function ours(which: Ours): Contender {
  return {
    ...OURS[which],
    async open(place) {
      const transport = await openAgentComm(which, place);
      const agents = place.count(AGENTS);
      let got: Note[] = [];
      let reached = (): void => {};
      const receiving: Subscription[] = [];
      for (let index = 0; index < agents; index++) {
        const agentId = `agent-${index}`;
        await transport.openMailbox(agentId);
        const handler = async ({ message }: { readonly message: { readonly content: unknown } }): Promise<void> => {
          if (got.push(message.content as Note) === agents) reached();
        };
        receiving.push(transport.subscribe(agentId, handler));
      }
      let number = 0;
      return {
        async round() {
          got = [];
          const all = new Promise<void>((resolve) => {
            reached = resolve;
          });
          const note = makeNote(number++);
          const start = performance.now();
          const receipt = await transport.send(messageOf(note, "*"));
          await all;
          const ms = performance.now() - start;
          if (receipt.stored !== agents) throw new Error(`${receipt.stored} of ${agents} agents were reached`);
          for (const each of got) deepStrictEqual(each, note);
          return { ms };
        },
        async [Symbol.asyncDispose]() {
          await Promise.all(receiving.map((each) => each.stop()));
          await transport.close();
        },
      };
    },
  };
}

function bare(): Contender {
  return {
    name: "10,000 bare XADD, pipelined, and as many XREADGROUP",
    keeps: "log",
    note: "reads every stream by itself, knowing that it holds one entry; no handlers, no acks",
    async open(place) {
      const client = await openRedis(place.redisUrl);
      const agents = place.count(AGENTS);
      const keys = Array.from({ length: agents }, () => place.name());
      for (const key of keys) await client.xgroup("CREATE", key, "workers", "0", "MKSTREAM");
      let number = 0;
      return {
        async round() {
          const note = makeNote(number++);
          const start = performance.now();
          const text = JSON.stringify(wireOf(note));
          const adding = client.pipeline();
          for (const key of keys) adding.xadd(key, "*", "message", text);
          await adding.exec();
          const reading = client.pipeline();
          for (const key of keys) reading.xreadgroup("GROUP", "workers", "one", "COUNT", 1, "STREAMS", key, ">");
          const answers = (await reading.exec()) ?? [];
          for (const [error, answer] of answers) {
            if (error !== null) throw error;
            const [[, [[, [, got]]]]] = answer as [[string, [[string, [string, string]]]]];
            deepStrictEqual((JSON.parse(got) as { content: Note }).content, note);
          }
          return { ms: performance.now() - start };
        },
        async [Symbol.asyncDispose]() {
          for (const key of keys) await client.del(key);
          client.disconnect();
        },
      };
    },
  };
}
