import fc from "fast-check";
import { idText } from "../arbitraries/id-text.js";
import { sampleMessages } from "../arbitraries/samples.js";
import type { WireMessage } from "../arbitraries/wire-message.js";
import { checkDecoding } from "../entries/check-decoding.js";
import {
  type EntryStore,
  openMemoryEntryStore,
  openRedisEntryStore,
  type RedisEntryStore,
} from "../entries/entry-store.js";
import { isIdentifier, isName } from "../entries/inspect-message.js";
import type { InputClass } from "../input-class.js";
import { ID_CALLS } from "../producers/id-calls.js";
import { bytesOf, type Text } from "../text-parts.js";
import { tryCall } from "../values/try-call.js";

/** An id, and where it enters: through a call, or in a field of a message on the wire. */
export interface IdCase {
  readonly place: string;
  readonly id: Text;
}

const WIRE: Readonly<Record<string, (id: string) => boolean>> = {
  from_agent: isName,
  to_agent: (id) => id === "*" || isName(id.replace(/^#/, "")),
  message_id: isIdentifier,
  correlation_id: isIdentifier,
};

/** Ids outside their grammar, and at its edge, wherever one enters. */
export const ids: InputClass<IdCase> = {
  name: "ids",
  title:
    "an id enters if it is of its grammar, and nowhere otherwise: no key, topic, record or file is named after another",
  cases: fc.record({ place: fc.constantFrom(...Object.keys(ID_CALLS), ...Object.keys(WIRE)), id: idText }),
  batch: 250,
  async open(environment) {
    let batches = 0;
    return {
      async check(cases) {
        batches += 1;
        if (cases.length === 1 || batches % 8 !== 0) {
          await using memory = openMemoryEntryStore();
          await checkIds(memory, cases);
        }
        if (cases.length === 1 || batches % 8 === 0) {
          await using redis = openRedisEntryStore(environment);
          await checkIds(redis, cases);
          await expectOwnKeys(redis);
        }
      },
      async [Symbol.asyncDispose]() {},
    };
  },
};

async function checkIds({ name, transport, troubles }: EntryStore, cases: readonly IdCase[]): Promise<void> {
  for (const { place, id: text } of cases) {
    const id = bytesOf(text).toString();
    try {
      await checkId(transport, place, id);
    } catch (error) {
      throw new Error(`on ${name}, as ${place}: ${JSON.stringify(id).slice(0, 200)}`, { cause: error });
    }
  }
  if (troubles.length > 0) throw new Error("the transport told of trouble", { cause: troubles[0] });
}

async function checkId(transport: EntryStore["transport"], place: string, id: string): Promise<void> {
  const accepts = WIRE[place];
  if (accepts !== undefined) {
    const message = { ...(sampleMessages[6] as WireMessage), [place]: id };
    checkDecoding(Buffer.from(JSON.stringify(message)), accepts(id) ? "read" : "refused");
    return;
  }
  const entrance = ID_CALLS[place];
  if (entrance === undefined) throw new Error(`no id enters at ${place}`);
  const isAccepted = entrance.accepts(id);
  const codes = isAccepted ? (entrance.codes ?? []) : [entrance.refusal];
  const called = await tryCall(place, () => entrance.call(transport, id), codes);
  if (!isAccepted && !("error" in called)) throw new Error("it was not refused");
}

const NAME = "[A-Za-z0-9][A-Za-z0-9._-]{0,62}";
const KEYS = new RegExp(
  `^(?:q:${NAME}:[chml]|(?:box|held|later|notes|dead|idem|topic):${NAME}|boxes|due|bell|producer:[0-9A-Za-z_.+/=-]+|rec:${NAME}:[a-z]+)$`,
);

/** Every key of the namespace is one of the layout: nothing of an id's got out of its place. */
async function expectOwnKeys({ client, keyOf }: RedisEntryStore): Promise<void> {
  const [namespace = ""] = keyOf("x", "").split(":");
  for await (const keys of client.scanStream({ match: `${namespace}*`, count: 1_000 })) {
    for (const key of keys as string[]) {
      const [, rest = ""] = /^[^:]+:\{\d{1,2}\}:(.*)$/s.exec(key) ?? [];
      if (!KEYS.test(rest)) throw new Error(`a key is called ${JSON.stringify(key)}`);
    }
  }
}
