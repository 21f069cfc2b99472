import { errorDocs } from './skein-error.ts'

/**
 * Reports a background failure, which has no caller to throw to, as a process warning.
 *
 * @param code - By which a program tells this warning from others. It leads to a section of the guide.
 */
export function warn(problem: unknown, code?: string): void {
  if (problem instanceof Error) process.emitWarning(problem)
  else if (code === undefined) process.emitWarning(String(problem))
  else process.emitWarning(String(problem), { type: 'SkeinWarning', code, ...detailOf(code) })
}

/** Node prints it below the warning. */
function detailOf(code: string): { readonly detail?: string } {
  return code.startsWith('SKEIN_') ? { detail: `See ${errorDocs(code)}` } : {}
}
