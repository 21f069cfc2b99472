import { ValueError } from '@skein/memory'
import { encodeJson } from '@skein/memory/runtime'

import type { Message } from '../messages/message.ts'
import { NotDurableError } from './durable-errors.ts'
import type { SavedForm } from './saved-form.ts'

/** Why what an agent is to store can't be stored: where in its state, in its output, or in what it sends. */
export function whyNotDurable(
  agent: string,
  error: unknown,
  form?: SavedForm,
  sent: readonly Message[] = [],
): NotDurableError {
  const fault = (form && faultOf(form)) ?? (error instanceof ValueError && !form ? error : undefined)
  if (fault) {
    const path = fault.path.replace(/^\$\.(?:saved\.|outcome\.)?(?:snapshot\.)?/, '')
    const what = path.startsWith('output') ? 'Its output' : path.startsWith('input') ? 'Its input' : 'Its state'
    const why = `${what} can't be stored: ${fault.message.replace(fault.path, path)} Keep plain JSON data there.`
    return new NotDurableError(agent, why, { cause: error, path })
  }
  const message = sent.find((one) => faultOf(one))
  if (message) {
    const why = `The message "${message.type}" that it sends can't be stored: ${faultOf(message)?.message}`
    return new NotDurableError(agent, why, { cause: error })
  }
  const reason = error instanceof Error ? error.message : String(error)
  return new NotDurableError(agent, `Its state can't be stored: ${reason}`, { cause: error })
}

function faultOf(value: unknown): ValueError | undefined {
  try {
    encodeJson(value)
    return undefined
  } catch (error) {
    return error instanceof ValueError ? error : undefined
  }
}
