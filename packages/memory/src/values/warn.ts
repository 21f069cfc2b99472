/** Reports a background failure, which has no caller to throw to, as a process warning. */
export function warn(error: unknown): void {
  process.emitWarning(error instanceof Error ? error : String(error))
}
