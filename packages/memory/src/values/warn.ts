/**
 * Reports a background failure, which has no caller to throw to, as a process warning.
 *
 * @param code - By which a program tells this warning from others.
 */
export function warn(problem: unknown, code?: string): void {
  if (problem instanceof Error) process.emitWarning(problem)
  else process.emitWarning(String(problem), code === undefined ? {} : { type: 'SkeinWarning', code })
}
