/** Whether the operating system refused something, and not a mistake of ours was found. `code` says what: ENOENT, EACCES, … */
export function isSystemError(error: unknown): error is NodeJS.ErrnoException & { readonly code: string } {
  return error instanceof Error && "syscall" in error && "code" in error && typeof error.code === "string";
}
