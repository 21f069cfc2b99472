/** Reports a failure that has no caller to throw to, as a warning of the process. */
export function warn(error: unknown): void {
  process.emitWarning(error instanceof Error ? error : String(error))
}
