import type { Problem } from '../protocol/protocol.ts'

/** Refuses a request, with a status, a code and a reason for the client. */
export class HttpError extends Error {
  readonly status: number
  readonly code: string

  constructor(status: number, code: string, message: string) {
    super(message)
    this.name = 'HttpError'
    this.status = status
    this.code = code
  }
}

/** Errors of the memory that the client caused. The messages of all others stay here: they may name addresses and files. */
const statuses: Readonly<Record<string, number>> = {
  SKEIN_OPTION: 400,
  SKEIN_VALUE: 400,
  SKEIN_SCHEMA: 400,
  SKEIN_ACCESS: 403,
  SKEIN_NOT_FOUND: 404,
  SKEIN_CONTROL: 409,
  SKEIN_VERSION_CONFLICT: 409,
}

/** The status and body that answer a failed request: no stack, no cause, no internals. */
export function problemOf(error: unknown): { readonly status: number; readonly problem: Problem } {
  if (error instanceof HttpError) {
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
      message: 'The dashboard failed to answer. A warning of its process says why.',
    },
  }
}

/** Whether the server is at fault, so that its operator should see the error. */
export function isServerError(status: number): boolean {
  return status === 500
}
