import { requireOptions, requireStrings } from '@skein/memory/runtime'
import type { OptionKinds } from '@skein/memory/runtime'

import { stepRef } from '../activities/step-ref.ts'
import type { RunStepOptions, StepRef } from '../activities/step-ref.ts'
import type { AnswerTo, Message } from '../messages/message.ts'
import type { AskOptions } from '../messages/questions.ts'

/** The step that an agent is for one type of question. */
export type StepFor<Taken extends Message, Type extends string> = StepRef<
  AskedWith<Extract<Taken, { readonly type: Type }>>,
  AnswerTo<Extract<Taken, { readonly type: Type }>>
>

/** The input of a question. */
type AskedWith<Asked> = Asked extends { readonly input?: infer Input } ? Input : unknown

// A step of map-reduce may pass its own options on.
const kinds: OptionKinds<RunStepOptions & { across: boolean }> = {
  signal: 'object',
  scope: 'object',
  timeoutMs: 'any',
  onRetract: 'any',
  across: 'boolean',
}

/** A step that asks a question of one type. @throws OptionError when the type is no string. */
export function stepOf(
  type: string,
  ask: (message: Message, options: AskOptions) => Promise<unknown>,
): StepRef<unknown, unknown> {
  requireStrings('type', [type])
  return stepRef((input, given) => {
    const { signal, scope, timeoutMs } = requireOptions('step', given, kinds)
    const message = { type, input } as Message
    const limit = timeoutMs === undefined ? {} : { timeoutMs }
    return ask(message, { ...limit, ...(signal && { signal }), ...(scope && { scope }) })
  })
}
