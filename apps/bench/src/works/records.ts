import { AgentCommError, type Transport } from "@agentcomm/protocol";
import type { Ours } from "../contenders/open-agentcomm.js";
import { ours } from "../contenders/ours.js";
import type { Contender } from "../measure/contender.js";
import { rate } from "../measure/summary.js";
import type { Work } from "../measure/work.js";

const WRITERS = 20;
const KEYS = 5;
const EACH = 250;

/** Writers that count up a few shared records, each write over the version that was read: who comes late reads again. */
export const records: Work = {
  id: "records",
  title: `${WRITERS} writers count up ${KEYS} shared records, write by write`,
  quantities: ["perSecond"],
  contenders: [run("redis"), run("memory")],
};

function run(which: Ours): Contender {
  return ours(which, (transport, place) => {
    const each = place.count(EACH);
    let round = 0;
    return {
      async round() {
        const collection = `counters-${++round}`;
        const start = performance.now();
        await Promise.all(Array.from({ length: WRITERS }, (_, writer) => countUp(transport, collection, writer, each)));
        const perSecond = rate(WRITERS * each, performance.now() - start);
        let sum = 0;
        for (const { key, value } of await transport.records.list(collection)) {
          sum += value as number;
          await transport.records.delete(collection, key);
        }
        if (sum !== WRITERS * each) throw new Error(`${WRITERS * each} were counted, ${sum} stand in the records`);
        return { perSecond };
      },
    };
  });
}

async function countUp({ records }: Transport, collection: string, writer: number, times: number): Promise<void> {
  for (let done = 0; done < times; ) {
    const key = `counter-${(writer + done) % KEYS}`;
    const found = await records.get(collection, key);
    try {
      await records.put(collection, key, ((found?.value as number | undefined) ?? 0) + 1, {
        ifVersion: found?.version ?? 0,
      });
      done += 1;
    } catch (error) {
      if (!AgentCommError.is(error, "VERSION_CONFLICT")) throw error;
    }
  }
}
