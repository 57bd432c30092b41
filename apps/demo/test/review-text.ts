import { beginReview, type Review } from "../src/review/review-bytes.js";
import { capabilityFor } from "../src/review/specialities.js";

/** Reviews a text as the file of that path would be, in pieces of `pieceBytes`. */
export async function reviewText(
  path: string,
  content: string | Uint8Array,
  options: { readonly there?: readonly string[]; readonly pieceBytes?: number } = {},
): Promise<Review> {
  const review = beginReview({
    path,
    capability: capabilityFor(path),
    wordRule: "utf-8",
    exists: async (name) => options.there?.includes(name) ?? false,
  });
  const bytes = Buffer.from(content);
  const pieceBytes = options.pieceBytes ?? 7;
  // One buffer for all pieces, as a reader of files has it: whoever keeps a piece without copying it is found out.
  const buffer = Buffer.alloc(pieceBytes);
  for (let at = 0; at < bytes.length; at += pieceBytes) {
    const length = bytes.copy(buffer, 0, at, at + pieceBytes);
    review.add(buffer.subarray(0, length));
  }
  return review.end();
}

/** The findings of one kind, as "line:column message". */
export function told(review: Review, kind: Review["findings"][number]["kind"]): string[] {
  return review.findings
    .filter((finding) => finding.kind === kind)
    .map(({ line, column, message }) => `${line}${column === undefined ? "" : `:${column}`} ${message}`);
}
