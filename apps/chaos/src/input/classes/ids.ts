import { readdir } from "node:fs/promises";
import { enableFileLogging, type FileLogger } from "@agentcomm/file-logger";
import fc from "fast-check";
import type { Redis } from "ioredis";
import { idText } from "../arbitraries/id-text.js";
import { sampleMessages } from "../arbitraries/samples.js";
import type { WireMessage } from "../arbitraries/wire-message.js";
import { checkDecoding } from "../entries/check-decoding.js";
import { type EntryStore, openMemoryEntryStore, openRedisEntryStore } from "../entries/entry-store.js";
import { isIdentifier, isName } from "../entries/inspect-message.js";
import type { InputClass } from "../input-class.js";
import { openLogFolder } from "../logs/log-folder.js";
import { ID_CALLS } from "../producers/id-calls.js";
import { stringOf, type Text } from "../text-parts.js";
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
  title: "an id enters if it is of its grammar, and nowhere otherwise: no key, record or file is named after another",
  cases: fc.record({ place: fc.constantFrom(...Object.keys(ID_CALLS), ...Object.keys(WIRE)), id: idText }),
  batch: 250,
  async open(environment) {
    let batches = 0;
    return {
      async check(cases) {
        batches += 1;
        await using folder = await openLogFolder(environment.folder);
        await using logger = enableFileLogging({ baseDir: folder.path });
        if (cases.length === 1 || batches % 8 !== 0) {
          await using memory = openMemoryEntryStore();
          await checkIds(memory, cases, logger);
        }
        if (cases.length === 1 || batches % 8 === 0) {
          await using redis = openRedisEntryStore(environment);
          await checkIds(redis, cases, logger);
          await expectOwnKeys(redis.client, environment.namespace);
        }
        await logger.close();
        await expectOwnFiles(folder.path);
      },
      async [Symbol.asyncDispose]() {},
    };
  },
};

async function checkIds(
  { name, transport, troubles }: EntryStore,
  cases: readonly IdCase[],
  logger: FileLogger,
): Promise<void> {
  for (const { place, id: text } of cases) {
    const id = stringOf(text);
    try {
      if (id !== "") logger.logAgentActivity(id, "seen");
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
const KEYS = `(?:q:${NAME}:[chml]|(?:box|held|later|notes|dead|idem|topic):${NAME}|boxes|due|bell|producer:[0-9A-Za-z_-]+|rec:${NAME}:[a-z]+)`;

/** Every key of the server is one of the layout, in a namespace of this run: nothing of an id's got out of its place. */
async function expectOwnKeys(client: Redis, namespace: string): Promise<void> {
  const own = new RegExp(`^${namespace}-\\d+-\\d+:\\{\\d{1,2}\\}:${KEYS}$`);
  for await (const keys of client.scanStream({ count: 1_000 })) {
    const stray = (keys as string[]).find((key) => !own.test(key));
    if (stray !== undefined) throw new Error(`a key is called ${JSON.stringify(stray)}`);
  }
}

/** Every file and folder of a log is named after a kind and a day. */
async function expectOwnFiles(baseDir: string): Promise<void> {
  const names = await readdir(baseDir, { recursive: true });
  const stray = names.find((name) => !/^(\d{4}-\d\d-\d\d)(?:\/[a-z_]+_\1\.jsonl)?$/.test(name));
  if (stray !== undefined) throw new Error(`a file is called ${JSON.stringify(stray)}`);
}
