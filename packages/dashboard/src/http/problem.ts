import type { Problem } from '../protocol/protocol.ts'

/** A request is refused, for a reason that its sender may hear. */
export class RefusedError extends Error {
  readonly status: number
  readonly code: string

  constructor(status: number, code: string, message: string) {
    super(message)
    this.name = 'RefusedError'
    this.status = status
    this.code = code
  }
}

/** Errors of the memory that say what the asker did wrong; all others are ours, and may name addresses and files. */
const statuses: Readonly<Record<string, number>> = {
  SKEIN_OPTION: 400,
  SKEIN_VALUE: 400,
  SKEIN_SCHEMA: 400,
  SKEIN_ACCESS: 403,
  SKEIN_NOT_FOUND: 404,
  SKEIN_VERSION_CONFLICT: 409,
}

/** What a request is answered with when something failed: no stack, no cause, nothing of how it is done here. */
export function problemOf(error: unknown): { readonly status: number; readonly problem: Problem } {
  if (error instanceof RefusedError) {
    const { status, code, message } = error
    return { status, problem: { code, message } }
  }
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  const status = statuses[code]
  if (status !== undefined) return { status, problem: { code, message: (error as Error).message } }
  if (code === 'SKEIN_CLOSED') return { status: 503, problem: { code, message: 'The memory is closed.' } }
  return {
    status: 500,
    problem: {
      code: code.startsWith('SKEIN_') ? code : 'DASHBOARD_FAILED',
      message: 'This failed where the dashboard runs; a warning there says why.',
    },
  }
}

/** Whether the one who runs the dashboard should hear of it. */
export function isOurFault(status: number): boolean {
  return status === 500
}
