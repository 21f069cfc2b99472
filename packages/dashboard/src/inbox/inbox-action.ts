import { AccessError, OptionError } from '@skein/memory'
import type { Escalations, View } from '@skein/memory'
import { requireInteger } from '@skein/memory/runtime'

import { HttpError } from '../http/problem.ts'
import type { InboxAction, InboxItem } from '../protocol/protocol.ts'
import { inboxItem } from './inbox-items.ts'

/** The property that holds an action's text, if it has one. */
const textProperties = {
  take: undefined,
  release: undefined,
  answer: 'answer',
  decline: 'why',
  'hand-back': 'why',
} as const satisfies Readonly<Record<InboxAction['do'], string | undefined>>

/**
 * Checks that the body of a request is an action.
 *
 * @throws HttpError when it is not one; OptionError when its version is not a version.
 */
export function parseAction(body: unknown): InboxAction {
  const action = typeof body === 'object' && body !== null ? (body as Readonly<Record<string, unknown>>) : {}
  const { do: name, version } = action
  if (typeof name !== 'string' || !Object.hasOwn(textProperties, name)) {
    const names = Object.keys(textProperties).join(', ')
    throw new HttpError(400, 'DASHBOARD_BODY', `Expected an object whose \`do\` is one of ${names}.`)
  }
  const property = textProperties[name as InboxAction['do']]
  if (property !== undefined && typeof action[property] !== 'string') {
    throw new HttpError(400, 'DASHBOARD_BODY', `Expected \`${property}\` to be a string.`)
  }
  if (version !== undefined) requireInteger('version', version, 1)
  return action as InboxAction
}

/**
 * Performs a viewer's action on an escalation.
 *
 * @throws HttpError when it has changed since, has ended, or another person has it; NotFoundError, ValueError, StoreError
 */
export async function performAction(view: View, id: string, action: InboxAction): Promise<InboxItem> {
  const { escalations } = view
  if (action.version !== undefined && (await inboxItem(view, id)).version !== action.version) {
    throw conflict('This escalation has changed since you loaded it. Load it again.')
  }
  try {
    await perform(escalations, id, action)
    return await inboxItem(view, id)
  } catch (error) {
    // The escalation is not in a state that allows the action.
    if (error instanceof OptionError && error.option === 'id') {
      throw conflict('This escalation is no longer in that state. Load it again.')
    }
    if (error instanceof AccessError) throw conflict('Another person has taken this escalation.')
    throw error
  }
}

function perform(escalations: Escalations, id: string, action: InboxAction): Promise<unknown> {
  switch (action.do) {
    case 'take':
      return escalations.take(id)
    case 'release':
      return escalations.release(id)
    case 'answer':
      return escalations.answer(id, parseAnswer(action.answer))
    case 'decline':
      return escalations.decline(id, action.why)
    case 'hand-back':
      return escalations.handBack(id, action.why)
  }
}

function parseAnswer(answer: string): unknown {
  try {
    return JSON.parse(answer)
  } catch {
    throw new HttpError(400, 'DASHBOARD_BODY', 'Expected `answer` to be valid JSON text.')
  }
}

function conflict(message: string): HttpError {
  return new HttpError(409, 'DASHBOARD_CONFLICT', message)
}
