export type {
  Agent,
  AgentOptions,
  MessageContext,
  MessageHandler,
  OutgoingMessage,
  RequestOptions,
  StopOptions,
  TaskContext,
  TaskHandler,
} from "./agent.js";
export { createAgent } from "./create-agent.js";
