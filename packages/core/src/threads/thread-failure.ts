import * as modelErrors from '../models/model-errors.ts'
import { BudgetExceededError } from '../limits/budget-exceeded-error.ts'
import * as activityErrors from '../activities/activity-errors.ts'
import type { ThreadRequest } from './thread-protocol.ts'

/** Classes that errors of activities may be of, for `fromEnvelope`. */
export const activityErrorClasses: Readonly<Record<string, { readonly prototype: object }>> = {
  ...activityErrors,
  ...modelErrors,
  BudgetExceededError,
}

/**
 * What it means for a request that it could not be sent, or that its thread failed.
 *
 * @param pool - Whether any of its threads has ever started, and why the last one did not that ended earlier.
 */
export function explainFailure(
  request: ThreadRequest,
  error: unknown,
  { hasStarted, startError = error }: { readonly hasStarted: boolean; readonly startError?: unknown },
): Error {
  const name = nameOf(request)
  const { name: kind, code } = (error ?? {}) as { readonly name?: unknown; readonly code?: unknown }
  if (kind === 'DataCloneError' || code === 'ERR_INVALID_TRANSFER_OBJECT') {
    return new activityErrors.ActivityInputError(name, 'input', error)
  }
  return hasStarted ? new activityErrors.ThreadLostError(name, error) : new activityErrors.ThreadStartError(startError)
}

/** Whom errors name. */
function nameOf(request: ThreadRequest): string {
  return request.type === 'run' ? request.task.name : request.module
}

/** The module that a request needs. */
export function moduleOf(request: ThreadRequest): string {
  return request.type === 'run' ? request.task.module : request.module
}
