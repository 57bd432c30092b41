// Writes schema/agent-message.schema.json from the built package. A test fails while the file is not what this would write.
import { writeFile } from "node:fs/promises";
import { messageJsonSchema } from "../dist/json-schema.js";

const file = new URL("../schema/agent-message.schema.json", import.meta.url);
await writeFile(file, `${JSON.stringify(messageJsonSchema(), null, 2)}\n`);
