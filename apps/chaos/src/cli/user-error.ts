/** Something that the caller can put right. Its message is a sentence for people: it is printed without a stack. */
export class UserError extends Error {
  override readonly name = "UserError";
}
