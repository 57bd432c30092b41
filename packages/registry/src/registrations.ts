import { AgentCommError, type Clock, type JsonValue, publishDiagnostics, type RecordStore } from "@agentcomm/protocol";
import { AGENTS_COLLECTION, type AgentHeartbeat, type AgentInfo } from "./agent-info.js";
import { type AgentRecord, readAgentRecord } from "./agent-record.js";
import type { Registration } from "./check-registration.js";
import type { LiveView } from "./live-view.js";

/** What registering works with. */
export interface RegistrationsContext {
  readonly records: RecordStore;
  readonly view: LiveView;
  readonly clock: Clock;
  readonly createId: () => string;
  readonly offlineAfterMs: number;
}

/** What this process registered. */
interface Held extends Registration {
  readonly sessionId: string;
  readonly registeredAt: number;
  /** What it wrote last: so that a beat costs one write and no reading. */
  readonly last?: Found;
}

/** The agents that this process registered: their records are written here, and nowhere else. */
export class Registrations {
  readonly #context: RegistrationsContext;
  readonly #held = new Map<string, Held>();
  /** The last write of each agent: its writes go one after the other, or a late beat would undo an unregistering. */
  readonly #turns = new Map<string, Promise<unknown>>();

  constructor(context: RegistrationsContext) {
    this.#context = context;
  }

  register(registration: Registration): Promise<AgentRecord> {
    return this.#inTurn(registration.id, async () => {
      const { clock, createId } = this.#context;
      const held: Held = { ...registration, sessionId: createId(), registeredAt: clock.now() };
      const { written } = await this.#write(held, this.#held.get(held.id)?.last, (current) =>
        this.#newRecord(held, current),
      );
      publishDiagnostics("agent.registered", () => agentEvent(written));
      return written;
    });
  }

  beat(agentId: string, heartbeat: AgentHeartbeat): Promise<AgentRecord> {
    return this.#inTurn(agentId, async () => {
      const held = this.#held.get(agentId);
      if (held === undefined) {
        throw (await this.#read(agentId)) === undefined ? notFound(agentId) : heldElsewhere(agentId);
      }
      const { written, current } = await this.#write(held, held.last, (found) => {
        return { ...(found === undefined ? this.#newRecord(held, found) : this.#prolonged(held, found)), ...heartbeat };
      });
      if (current === undefined) {
        publishDiagnostics("agent.registered", () => ({ ...agentEvent(written), reason: "its record was gone" }));
      } else if (current.status !== written.status) {
        publishDiagnostics("agent.status_changed", () => ({ ...agentEvent(written), previousStatus: current.status }));
      }
      publishDiagnostics("agent.heartbeat", () => agentEvent(written));
      return written;
    });
  }

  unregister(agentId: string): Promise<boolean> {
    return this.#inTurn(agentId, async () => {
      const { records, view } = this.#context;
      const held = this.#held.get(agentId);
      for (;;) {
        const found = await this.#read(agentId);
        if (found === undefined) {
          this.#held.delete(agentId);
          view.remove(agentId, "left");
          return false;
        }
        const { record } = found;
        if (held === undefined || (record !== undefined && !holds(held, record))) throw heldElsewhere(agentId);
        const holders = this.#living(record, held.sessionId);
        try {
          if (record !== undefined && Object.keys(holders).length > 0) {
            await this.#put(agentId, { ...record, holders }, found.version);
          } else {
            await records.delete(AGENTS_COLLECTION, agentId, { ifVersion: found.version });
            view.remove(agentId, "left");
          }
        } catch (error) {
          if (AgentCommError.is(error, "VERSION_CONFLICT")) continue;
          throw error;
        }
        this.#held.delete(agentId);
        publishDiagnostics("agent.unregistered", () => agentEvent(record ?? { ...held, currentTasks: 0 }));
        return true;
      }
    });
  }

  /** Writes what `next` makes of the present record, again if it changed meanwhile. `next` may throw to refuse. */
  async #write(
    held: Held,
    known: Found | undefined,
    next: (current: AgentRecord | undefined) => AgentRecord,
  ): Promise<Written> {
    for (let found = known ?? (await this.#read(held.id)); ; found = await this.#read(held.id)) {
      const record = next(found?.record);
      try {
        const version = await this.#put(held.id, record, found?.version ?? 0);
        this.#held.set(held.id, { ...held, last: { record, version } });
        return { written: record, current: found?.record };
      } catch (error) {
        if (!AgentCommError.is(error, "VERSION_CONFLICT")) throw error;
      }
    }
  }

  async #put(agentId: string, record: AgentRecord, ifVersion: number): Promise<number> {
    const { records, view, offlineAfterMs } = this.#context;
    const version = await records.put(AGENTS_COLLECTION, agentId, record, { ifVersion, ttlMs: offlineAfterMs });
    // Not to wait for the watch: who registered an agent finds it at once.
    view.put({ key: agentId, value: record as unknown as JsonValue, version });
    return version;
  }

  async #read(agentId: string): Promise<Found | undefined> {
    const stored = await this.#context.records.get(AGENTS_COLLECTION, agentId);
    if (stored === undefined) return undefined;
    try {
      return { record: readAgentRecord(agentId, stored.value), version: stored.version };
    } catch (error) {
      // Whoever wrote it, it is no agent: the next write replaces it. The live view reports it.
      if (AgentCommError.is(error, "INVALID_MESSAGE")) return { record: undefined, version: stored.version };
      throw error;
    }
  }

  #newRecord(held: Held, current: AgentRecord | undefined): AgentRecord {
    const { shared, last, ...fields } = held;
    const record = { ...fields, currentTasks: 0, lastHeartbeatAt: this.#context.clock.now() };
    return shared ? { ...record, holders: this.#withHolder(held, current) } : record;
  }

  #prolonged(held: Held, current: AgentRecord): AgentRecord {
    if (!holds(held, current)) throw heldElsewhere(held.id);
    const record = { ...current, lastHeartbeatAt: this.#context.clock.now() };
    return held.shared ? { ...record, holders: this.#withHolder(held, current) } : record;
  }

  #withHolder(held: Held, current: AgentRecord | undefined): Record<string, number> {
    const until = this.#context.clock.now() + this.#context.offlineAfterMs;
    return { ...this.#living(current, held.sessionId), [held.sessionId]: until };
  }

  /** The other holders of a shared id that have beaten in time. */
  #living(record: AgentRecord | undefined, sessionId: string): Record<string, number> {
    const now = this.#context.clock.now();
    return Object.fromEntries(
      Object.entries(record?.holders ?? {}).filter(([session, until]) => session !== sessionId && until > now),
    );
  }

  #inTurn<T>(agentId: string, work: () => Promise<T>): Promise<T> {
    const before = this.#turns.get(agentId) ?? Promise.resolve();
    const turn = before.then(work, work);
    this.#turns.set(agentId, turn);
    const done = (): void => {
      if (this.#turns.get(agentId) === turn) this.#turns.delete(agentId);
    };
    turn.then(done, done);
    return turn;
  }
}

interface Found {
  readonly record: AgentRecord | undefined;
  readonly version: number;
}

interface Written {
  readonly written: AgentRecord;
  /** What stood there before. */
  readonly current: AgentRecord | undefined;
}

/** Whether the record is of this registration, or one that it shares. */
function holds(held: Held, record: AgentRecord): boolean {
  return held.shared ? record.holders !== undefined : record.sessionId === held.sessionId;
}

type Told = Pick<AgentInfo, "id" | "role" | "capabilities" | "maxConcurrentTasks" | "status" | "currentTasks">;

function agentEvent({ id, role, capabilities, maxConcurrentTasks, status, currentTasks }: Told) {
  return { agentId: id, role, capabilities, maxConcurrentTasks, status, currentTasks };
}

function notFound(agentId: string): AgentCommError {
  return new AgentCommError("AGENT_NOT_FOUND", `no agent ${agentId} is registered: register it first`, {
    outcome: "none",
    details: { agentId },
  });
}

function heldElsewhere(agentId: string): AgentCommError {
  return new AgentCommError(
    "AGENT_EXISTS",
    `agent ${agentId} is held by another registration, in another process or newer`,
    {
      outcome: "none",
      details: { agentId },
    },
  );
}
