import { checkFunction, readingOptions } from "./check-options.js";
import { isMessageId } from "./ids.js";
import { invalidOption } from "./invalid-option.js";
import { quote } from "./quote.js";

/**
 * A maker of ids of the user's, safe to call: what it throws, or makes that is no id, leaves as INVALID_OPTIONS. Throws the same
 * if it is no function.
 */
export function checkCreateId(createId: () => string): () => string {
  checkFunction("createId", createId);
  return () => {
    const id: unknown = readingOptions("what createId makes", createId);
    if (isMessageId(id)) return id;
    throw invalidOption("createId", `made ${quote(id)}: it must make 1 to 128 printable ASCII characters`);
  };
}
