import type { AgentCommError } from "@agentcomm/protocol";
import type { Journal } from "../oracle/journal.js";

/** What a server tells its client to do, in the server's words. */
const REFUSAL = /\b(READONLY|MOVED|ASK|TRYAGAIN|LOADING|CLUSTERDOWN|MASTERDOWN|NOREPLICAS)\b/;

/** Writes it down if a failure that the library's user was told of shows the server's own refusal: that is the library's business. */
export function noteRefusal(journal: Journal, id: string, error: AgentCommError): void {
  if (REFUSAL.test(error.message)) journal.write("refusalShown", id, error.message.replaceAll(/\s+/g, " "));
}
