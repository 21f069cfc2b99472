import { OptionError, ValueError } from '@skein/memory'
import { encodeJson } from '@skein/memory/runtime'

import type { Message } from '../messages/message.ts'
import { NotDurableError } from './durable-errors.ts'
import type { SavedForm } from './saved-form.ts'

/** What an agent could not store. */
export interface Unstored {
  /** Absent where it came to no form. */
  readonly form?: SavedForm
  readonly sent?: readonly Message[]
}

/** Why an agent can't be stored: where in its state or its output, or which message that it sends. */
export function whyNotDurable(agent: string, error: unknown, { form, sent = [] }: Unstored = {}): NotDurableError {
  const fault = form ? faultOf(form) : error
  if (fault instanceof ValueError) {
    const path = pathInState(fault.path)
    const what = path.startsWith('output') ? 'Its output' : path.startsWith('input') ? 'Its input' : 'Its state'
    const why = `${what} can't be stored: ${fault.message.replace(fault.path, path).replace(formPrefix, '')}`
    return new NotDurableError(agent, `${why} Keep plain JSON data there.`, { cause: error, path })
  }
  for (const { type, ...message } of sent) {
    const problem = faultOf(message)?.message
    if (problem === undefined) continue
    return new NotDurableError(agent, `The message "${type}" that it sends can't be stored: ${problem}`, {
      cause: error,
    })
  }
  if (error instanceof OptionError) {
    const why = `It sends too much at once: ${error.message} Send in several steps.`
    return new NotDurableError(agent, why, { cause: error })
  }
  const reason = error instanceof Error ? error.message : String(error)
  return new NotDurableError(agent, `Its state can't be stored: ${reason}`, { cause: error })
}

const formPrefix = /\$\.(?:saved\.|outcome\.)?(?:snapshot\.)?/
const childPrefix = /^((?:children\["[^"]*"\]\.snapshot\.)*)children\.(.+?)\.snapshot(?=\.)/

/** The path as seen by who wrote the machine: `context.at`, `children["0.(machine).a"].snapshot.output`. */
function pathInState(pathInForm: string): string {
  let path = pathInForm.replace(formPrefix, '')
  while (childPrefix.test(path)) path = path.replace(childPrefix, '$1children["$2"].snapshot')
  return path
}

function faultOf(value: unknown): ValueError | undefined {
  try {
    encodeJson(value)
    return undefined
  } catch (error) {
    return error instanceof ValueError ? error : undefined
  }
}
