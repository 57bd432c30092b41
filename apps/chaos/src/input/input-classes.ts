import { fields } from "./classes/fields.js";
import { handlers } from "./classes/handlers.js";
import { ids } from "./classes/ids.js";
import { jsonSyntax } from "./classes/json-syntax.js";
import { logs } from "./classes/logs.js";
import { mutatedMessages } from "./classes/mutated-messages.js";
import { numbersAndDates } from "./classes/numbers-and-dates.js";
import { options } from "./classes/options.js";
import { sizesAndDepth } from "./classes/sizes-and-depth.js";
import { specialKeys } from "./classes/special-keys.js";
import { streamFields } from "./classes/stream-fields.js";
import { textEncoding } from "./classes/text-encoding.js";
import { unsendableValues } from "./classes/unsendable-values.js";
import type { InputClass } from "./input-class.js";

/** Every class of bad input. */
export const inputClasses: readonly InputClass[] = [
  streamFields,
  textEncoding,
  jsonSyntax,
  sizesAndDepth,
  specialKeys,
  numbersAndDates,
  fields,
  ids,
  logs,
  mutatedMessages,
  unsendableValues,
  handlers,
  options,
];
