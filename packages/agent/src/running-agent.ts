import {
  AgentCommError,
  type MessageDefinition,
  type Receipt,
  type SendOptions,
  type Subscription,
  type TaskDefinition,
} from "@agentcomm/protocol";
import {
  checkNumber,
  createTroubleReporter,
  quote,
  type ReportTrouble,
  readOptions,
  toAgentCommError,
} from "@agentcomm/protocol/internal";
import { type AgentRegistry, type AgentRole, createRegistry } from "@agentcomm/registry";
import { addressMessage } from "./address-message.js";
import type { Agent, MessageHandler, OutgoingMessage, RequestOptions, StopOptions, TaskHandler } from "./agent.js";
import { Answers } from "./answers.js";
import { Drain } from "./drain.js";
import { Handlers, type MessageEntry, refused, type TaskEntry } from "./handlers.js";
import { readMessage } from "./mailbox-reader.js";
import { Presence } from "./presence.js";
import { Requests } from "./requests.js";
import { MESSAGES_AT_ONCE, type ResolvedAgentOptions } from "./resolve-agent-options.js";
import { TaskRunner } from "./task-runner.js";

const DRAIN_MS = 30_000;
const DAY_MS = 86_400_000;

/** An agent's life: handlers before the start, one subscription between start and stop, nothing after. */
export class RunningAgent implements Agent {
  readonly id: string;
  readonly role: AgentRole;
  readonly #options: ResolvedAgentOptions;
  readonly #registry: AgentRegistry;
  readonly #report: ReportTrouble;
  readonly #taskHandlers = new Handlers<TaskEntry>("onTask");
  readonly #messageHandlers = new Handlers<MessageEntry>("onMessage");
  readonly #answers: Answers;
  readonly #requests: Requests;
  readonly #tasks: TaskRunner;
  readonly #drain: Drain;
  #presence: Presence | undefined;
  #subscription: Subscription | undefined;
  #starting: Promise<void> | undefined;
  #stopping: Promise<void> | undefined;

  constructor(options: ResolvedAgentOptions) {
    const { id, transport, clock } = options;
    this.id = id;
    this.role = options.role;
    this.#options = options;
    this.#registry = options.registry ?? createOwnRegistry(options);
    this.#report = createTroubleReporter(options.onError, transport.name);
    this.#answers = new Answers({ ...options, report: this.#report });
    this.#requests = new Requests(options);
    this.#drain = new Drain(clock);
    this.#tasks = new TaskRunner({
      ...options,
      livenessMs: this.#registry.offlineAfterMs,
      handlers: this.#taskHandlers,
      answers: this.#answers,
      records: transport.records,
      onRunning: () => this.#presence?.taskBegan() ?? (() => {}),
    });
  }

  onTask<Input, Output, SentInput, ReturnedOutput>(
    typeOrDefinition: string | TaskDefinition<Input, Output, SentInput, ReturnedOutput>,
    handler: TaskHandler<Input, ReturnedOutput> | TaskHandler,
  ): void {
    if (this.#starting !== undefined || this.#stopping !== undefined) {
      throw refused(`onTask: agent ${this.id} was started already: others know what it can do; add handlers before`);
    }
    this.#taskHandlers.add(typeOrDefinition, handler);
  }

  onMessage<Type extends string, Content, SentContent>(
    typeOrDefinition: Type | MessageDefinition<Type, Content, SentContent>,
    handler: MessageHandler<Type, Content> | MessageHandler<Type>,
  ): void {
    if (typeOrDefinition === "task_assignment") throw refused(`onMessage: ${quote(typeOrDefinition)} is onTask's`);
    this.#messageHandlers.add(typeOrDefinition, handler);
  }

  async send(to: string, message: OutgoingMessage, options?: SendOptions): Promise<Receipt> {
    return await this.#options.transport.send(addressMessage(message, this.id, to), options);
  }

  async request<Answer>(to: string, message: OutgoingMessage, options?: RequestOptions): Promise<Answer> {
    if (this.#drain.over) throw this.#stopped();
    if (this.#subscription === undefined) {
      throw refused(`request: agent ${this.id} is not started, so it could not hear the answer; call start() first`);
    }
    return (await this.#requests.send(to, message, options)) as Answer;
  }

  async start(): Promise<void> {
    if (this.#stopping !== undefined) throw this.#stopped();
    this.#starting ??= this.#start().catch((error: unknown) => {
      this.#starting = undefined;
      throw error;
    });
    await this.#starting;
  }

  async stop(options?: StopOptions): Promise<void> {
    const { drainMs = DRAIN_MS } = readOptions(options);
    this.#drain.limit(checkNumber("drainMs", drainMs, { min: 0, max: DAY_MS }));
    this.#stopping ??= this.#stop();
    await this.#stopping;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  async #start(): Promise<void> {
    const { id, transport, topics, maxConcurrentTasks, leaseMs } = this.#options;
    await transport.openMailbox(id, topics === undefined ? {} : { topics });
    const presence = new Presence({
      ...this.#options,
      registry: this.#registry,
      registration: { ...this.#options, capabilities: this.#capabilities() },
      report: this.#report,
      onTakenOver: (error) => this.#takenOver(error),
    });
    await presence.register();
    this.#presence = presence;
    const context = {
      ...this.#options,
      report: this.#report,
      answers: this.#answers,
      handlers: this.#messageHandlers,
      tasks: this.#tasks,
      requests: this.#requests,
    };
    const concurrency = maxConcurrentTasks + MESSAGES_AT_ONCE;
    try {
      this.#subscription = transport.subscribe(id, (delivery) => readMessage(context, delivery), {
        concurrency,
        leaseMs,
      });
    } catch (error) {
      // Registered without reading its mailbox, it would be given work that nobody does.
      await presence.leave();
      throw error;
    }
    void this.#subscription.closed.then(() => this.#deaf());
  }

  /** Without its subscription, because the transport was closed, the agent is deaf. */
  #deaf(): void {
    if (this.#stopping === undefined) this.#stopNow();
  }

  #stopNow(): void {
    this.stop({ drainMs: 0 }).catch((error: unknown) => {
      this.#report(toAgentCommError(error, "STORE_FAILED", "stopping failed"), { agentId: this.id });
    });
  }

  #capabilities(): readonly string[] {
    if (this.#options.capabilities !== undefined) return this.#options.capabilities;
    return [...this.#taskHandlers.all()].flatMap(({ definition }) => definition?.requiredCapabilities ?? []);
  }

  async #stop(): Promise<void> {
    // A start under way comes to its end first, so that nothing is left of it; if it failed, nothing is.
    await this.#starting?.catch(() => {});
    if (this.#presence !== undefined) await this.#drain.until(this.#presence.drain());
    await this.#drain.until(this.#tasks.drain());
    this.#tasks.abortAll(new AgentCommError("ABORTED", `agent ${this.id} stops and its drain time is over`));
    if (this.#subscription !== undefined) {
      // The second call hands back what is left; the drain may be cut shorter while the first one waits.
      await this.#drain.until(this.#subscription.stop({ drainMs: DAY_MS }));
      await this.#subscription.stop({ drainMs: 0 });
    }
    this.#drain.end();
    this.#requests.close();
    await this.#presence?.leave();
    if (this.#options.registry === undefined) await this.#registry.close();
  }

  /** The id is another process's now: it has the mailbox too, so everything under way is its to do again. */
  #takenOver(error: AgentCommError): void {
    const { id, log } = this.#options;
    log.error({ agentId: id }, "another process registered under this agent's id; this one stops");
    this.#report(error, { agentId: id });
    this.#stopNow();
  }

  #stopped(): AgentCommError {
    return new AgentCommError("CLOSED", `agent ${this.id} was stopped; create a new one`, { outcome: "none" });
  }
}

function createOwnRegistry({
  transport,
  heartbeatIntervalMs,
  onError,
  clock,
  random,
  createId,
}: ResolvedAgentOptions): AgentRegistry {
  return createRegistry({
    transport,
    heartbeatIntervalMs,
    clock,
    random,
    createId,
    ...(onError === undefined ? {} : { onError }),
  });
}
