/** A message's id in the harness: which sender sent it, and its number there. Written `<sender>.<number>`, both from 1. */
export interface MessageId {
  readonly sender: number;
  readonly number: number;
}

export function formatMessageId(sender: number, number: number): string {
  return `${sender}.${number}`;
}

/** Undefined for an id that no sender of the harness makes. */
export function parseMessageId(text: string): MessageId | undefined {
  const dot = text.indexOf(".");
  const sender = Number(text.slice(0, dot));
  const number = Number(text.slice(dot + 1));
  if (dot < 1 || !(Number.isInteger(sender) && Number.isInteger(number) && sender > 0 && number > 0)) return undefined;
  return { sender, number };
}
