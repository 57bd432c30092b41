import { type AgentMessage, publishDiagnostics } from "@agentcomm/protocol";

export function message(id: string, fields: Partial<AgentMessage> = {}): AgentMessage {
  return {
    id,
    from: "agent_001",
    to: "agent_002",
    type: "task_assignment",
    content: { taskId: "task_456" },
    priority: "medium",
    timestamp: "2024-01-15T10:30:00.000Z",
    ...fields,
  };
}

/** Tells what a transport tells once it has stored a message. */
export function tellSent(sent: AgentMessage): void {
  publishDiagnostics("message.sent", () => ({
    transport: "memory",
    message: sent,
    agentId: sent.to,
    stored: 1,
    duplicate: false,
    durationMs: 1,
  }));
}
