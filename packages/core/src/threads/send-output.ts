import type { Transferable } from 'node:worker_threads'

import { ActivityInputError } from '../activities/activity-errors.ts'
import { movedOf } from '../activities/move.ts'

/**
 * The reply of a thread with an activity's output, and what is moved with it.
 *
 * @param reply - Makes the reply of what is to be sent.
 * @throws ActivityInputError when the output can't be sent.
 */
export async function sendOutput<Reply extends object>(
  activity: string,
  output: unknown,
  reply: (output: unknown) => Reply,
): Promise<Reply> {
  const { value, transfer } = movedOf(output)
  if (typeof value === 'function' || typeof value === 'symbol') throw new ActivityInputError(activity, 'output', value)
  if (typeof value !== 'object' || value === null) return reply(value)
  let copy: { readonly value: unknown; readonly transfer: readonly Transferable[] }
  try {
    // Outputs are small by contract, so this costs little; the pool's own error would not name the activity.
    copy = structuredClone({ value, transfer }, { transfer: [...transfer] as never })
  } catch (error) {
    throw new ActivityInputError(activity, 'output', error)
  }
  return transfer.length === 0 ? reply(value) : moving(reply(copy.value), copy.transfer)
}

/** Has the pool move something with a reply. */
async function moving<Reply extends object>(reply: Reply, transfer: readonly Transferable[]): Promise<Reply> {
  // Few threads need it.
  const { move, transferableSymbol, valueSymbol } = await import('piscina')
  // The pool unpacks it before it sends it.
  return move({ [transferableSymbol]: transfer, [valueSymbol]: reply } as never) as unknown as Reply
}
