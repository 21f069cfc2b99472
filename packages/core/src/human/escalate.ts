import type { EscalationInput } from '@skein/memory/types'

import { ownedPromise } from '../owner/owned-promise.ts'
import type { WorkLogic } from '../owner/work-logic.ts'
import { DeclinedError, HandedBackError } from './human-errors.ts'
import { NoFlockError } from '../owner/no-flock-error.ts'

/**
 * Actor logic that asks a person, for a machine to invoke. It takes the input of `escalations.open`, and outputs the
 * person's answer. It fails with a `DeclinedError` when the person declines the request, and with a `HandedBackError`
 * when the person hands the task back undecided.
 *
 * The same question about the same task is one escalation: a resumed durable agent
 * waits for the same answer, which may have come meanwhile.
 *
 * @example
 * ```ts no-run
 * import { escalate } from '@skein/core'
 * import { setup } from 'xstate'
 *
 * setup({ actors: { askSupport: escalate<{ granted: boolean }>() } }).createMachine({
 *   initial: 'waiting',
 *   states: {
 *     waiting: {
 *       invoke: {
 *         src: 'askSupport',
 *         input: { task: 'deal/7', reason: 'The discount is above my limit.', question: 'Grant 20 %?', assignedTo: 'support' },
 *         onDone: { target: 'granted', guard: ({ event }) => event.output.granted },
 *       },
 *     },
 *     granted: {},
 *   },
 * })
 * ```
 */
export function escalate<Answer = unknown>(): WorkLogic<Answer, EscalationInput> {
  return ownedPromise<Answer, EscalationInput>(async ({ input, signal, owner }) => {
    if (!owner) throw new NoFlockError('escalate()')
    const { escalations } = owner.memory
    const opened = await escalations.open(input)
    if (opened.state === 'open') owner.announce(opened)
    const { state, answer } = await escalations.answered<Answer>(opened.id, { signal })
    if (state === 'declined') throw new DeclinedError(opened.id, opened.task, String(answer))
    if (state === 'handed-back') throw new HandedBackError(opened.id, opened.task, String(answer))
    return answer as Answer
  })
}
