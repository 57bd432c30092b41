/**
 * Names of files, which are bytes. `path` is what people read and what reports say; a name that is not UTF-8 also carries its
 * bytes, because nothing else opens the file.
 */
export interface FileName {
  /** Relative to the reviewed directory, "/" between its parts. Bytes that are not UTF-8 are written `\xE9`. */
  readonly path: string;
  /** The path's bytes in base64, if `path` does not spell them. */
  readonly pathBase64?: string;
}

/** The name that these bytes spell. */
export function fileNameOf(bytes: Uint8Array): FileName {
  const buffer = Buffer.from(bytes);
  const path = buffer.toString("utf8");
  if (Buffer.from(path, "utf8").equals(buffer)) return { path };
  return { path: spell(buffer), pathBase64: buffer.toString("base64") };
}

/** The bytes of a name: what the file system wants. */
export function fileNameBytes(name: FileName): Buffer {
  return name.pathBase64 === undefined ? Buffer.from(name.path, "utf8") : Buffer.from(name.pathBase64, "base64");
}

/** Where a file is: the bytes of its absolute path. */
export function absolutePath(directory: string, name: FileName): Buffer {
  return Buffer.concat([Buffer.from(`${directory}/`, "utf8"), fileNameBytes(name)]);
}

/** Orders by bytes, so that a listing does not depend on anybody's language. */
export function compareFileNames(a: FileName, b: FileName): number {
  return Buffer.compare(fileNameBytes(a), fileNameBytes(b));
}

function spell(buffer: Buffer): string {
  let spelled = "";
  let at = 0;
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  while (at < buffer.length) {
    const length = sequenceLength(buffer[at] as number);
    const sequence = buffer.subarray(at, at + length);
    try {
      spelled += decoder.decode(sequence);
      at += length;
    } catch {
      // Not UTF-8: this byte is shown as it is, and reading goes on behind it.
      spelled += `\\x${(buffer[at] as number).toString(16).toUpperCase().padStart(2, "0")}`;
      at += 1;
    }
  }
  return spelled;
}

function sequenceLength(lead: number): number {
  if (lead < 0xc0) return 1;
  if (lead < 0xe0) return 2;
  return lead < 0xf0 ? 3 : 4;
}
