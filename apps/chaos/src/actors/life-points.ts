import type { StoreStep, WireMessage } from "./step-through.js";

/** A point in the life of a task at which its agent can die. */
export interface LifePoint {
  readonly name: string;
  /** Where it is: in the handler, or before or after something that the agent does to the store. */
  readonly at: "handler" | { readonly side: "before" | "after"; readonly is: (step: StoreStep) => boolean };
  /** Whether the handler of the task must have ended before. Otherwise it never does. */
  readonly handled?: true;
  /** It takes more than usual to see that it is reached. */
  readonly seesLooks?: true;
  /** The handler tells how far it is. */
  readonly tellsProgress?: true;
  /** The task is canceled once it runs. */
  readonly canceled?: true;
  /** The task has been answered: it needs no other agent. */
  readonly answered?: true;
}

const sends = (test: (message: WireMessage) => boolean) => (step: StoreStep) =>
  step.kind === "append" && step.messages.some(test);
const takes = (type: string) => (step: StoreStep) =>
  step.kind === "take" && step.messages.some(({ message_type }) => message_type === type);

/** The points, in the order of a life. */
export const LIFE_POINTS: readonly LifePoint[] = [
  { name: "it is registered, and does not know it yet", at: { side: "after", is: ({ kind }) => kind === "beat" } },
  {
    name: "the assignment waits in its mailbox",
    at: { side: "before", is: ({ kind }) => kind === "look" },
    seesLooks: true,
  },
  { name: "the assignment is taken, and not read yet", at: { side: "after", is: takes("task_assignment") } },
  { name: "its handler begins", at: "handler" },
  {
    name: "it has told that the task runs",
    at: { side: "after", is: sends(({ message_type }) => message_type === "status_update") },
  },
  {
    name: "it has told how far the task is",
    at: { side: "after", is: sends(({ content }) => content.completion_percentage === 50) },
    tellsProgress: true,
  },
  { name: "it has renewed its lease", at: { side: "after", is: ({ kind }) => kind === "renew" } },
  {
    name: "it beats while the task runs",
    at: { side: "after", is: ({ kind, isWorking }) => kind === "beat" && isWorking },
  },
  {
    name: "it learns that the task is canceled",
    at: { side: "after", is: takes("coordination") },
    canceled: true,
  },
  {
    name: "its handler is done, and the answer is not sent yet",
    at: { side: "before", is: sends(({ message_type }) => message_type === "task_response") },
    handled: true,
  },
  {
    name: "the answer is sent, and the assignment is not acked yet",
    at: { side: "after", is: sends(({ message_type }) => message_type === "task_response") },
    handled: true,
    answered: true,
  },
  {
    name: "the assignment is acked",
    at: { side: "after", is: ({ kind }) => kind === "ack" },
    handled: true,
    answered: true,
  },
];

export function lifePoint(name: string): LifePoint {
  const found = LIFE_POINTS.find((point) => point.name === name);
  if (found === undefined) throw new Error(`there is no point "${name}" in the life of a task`);
  return found;
}
