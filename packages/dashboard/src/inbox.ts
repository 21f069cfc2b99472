import { AccessError, OptionError } from '@skein/memory'
import type { Escalation, PackagedRecord, View } from '@skein/memory'

import { RefusedError } from './access/problem.ts'
import type { InboxAction, InboxDetail, InboxItem, PackagedItem } from './protocol.ts'
import { cutText } from './records/cut-text.ts'

/** Characters of a value in a package that are sent to the page. */
const longestValue = 20_000

/** Escalations that the person may see, the oldest first. @throws StoreError */
export async function inboxItems({ escalations }: View): Promise<readonly InboxItem[]> {
  return (await escalations.list({ limit: 1_000 })).map((escalation) => toItem(escalation))
}

/** One of them, with all that is known about its task. @throws NotFoundError, StoreError */
export async function inboxDetail(view: View, id: string): Promise<InboxDetail> {
  const [found, record] = await Promise.all([view.escalations.package(id), view.records.get('escalations', id)])
  const { escalation, observations, decisions, learnings, facts, objects, timeline, leftOut, isCut } = found
  return {
    item: toItem(escalation, record?.expiresAt),
    observations: observations.map(toPackaged),
    decisions: decisions.map(toPackaged),
    learnings: learnings.map(toPackaged),
    facts: facts.map(toPackaged),
    objects: objects.map(toPackaged),
    timeline: timeline.map(({ at, collection, id: entry, author }) => ({ at, collection, id: entry, author })),
    leftOut,
    isCut,
  }
}

/**
 * Does what a person wants with an escalation.
 *
 * @throws RefusedError when it has changed since, has ended, or another person has it; NotFoundError, ValueError, StoreError
 */
export async function actOnItem({ escalations }: View, id: string, action: InboxAction): Promise<InboxItem> {
  if (action.version !== undefined) {
    const { version } = await escalations.get(id)
    if (version !== action.version) throw conflict('Somebody has changed this escalation since. Look at it again.')
  }
  try {
    switch (action.do) {
      case 'take':
        return toItem(await escalations.take(id))
      case 'release':
        return toItem(await escalations.release(id))
      case 'answer':
        return toItem(await escalations.answer(id, parseAnswer(action.answer)))
      case 'hand-back':
        return toItem(await escalations.handBack(id, action.why))
    }
  } catch (error) {
    // It has ended, or is not in the state that the person saw.
    if (error instanceof OptionError && error.option === 'id') {
      throw conflict('This escalation is not in that state any more. Look at it again.')
    }
    if (error instanceof AccessError) throw conflict('Another person has taken this escalation.')
    throw error
  }
}

/** @throws RefusedError when it is no action. */
export function parseAction(body: unknown): InboxAction {
  const given = typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {}
  const { version } = given
  const isVersion = version === undefined || (Number.isSafeInteger(version) && (version as number) > 0)
  const text = given['do'] === 'answer' ? given['answer'] : given['do'] === 'hand-back' ? given['why'] : ''
  const isKnown = ['take', 'release', 'answer', 'hand-back'].includes(String(given['do']))
  if (!isVersion || !isKnown || typeof text !== 'string') {
    throw new RefusedError(400, 'DASHBOARD_BODY', 'Expected an action on an escalation.')
  }
  return given as InboxAction
}

function parseAnswer(answer: string): unknown {
  try {
    return JSON.parse(answer)
  } catch {
    throw new RefusedError(400, 'DASHBOARD_BODY', 'Expected the answer as JSON text.')
  }
}

function conflict(message: string): RefusedError {
  return new RefusedError(409, 'DASHBOARD_CONFLICT', message)
}

function toItem(escalation: Escalation, expiresAt?: number): InboxItem {
  const { id, version, state, task, reason, question, assignedTo, openedBy, takenBy, answer } = escalation
  const { openedAt, updatedAt } = escalation
  return {
    id,
    version,
    state,
    task,
    reason,
    ...(question !== undefined && { question }),
    ...(assignedTo !== undefined && { assignedTo }),
    openedBy,
    ...(takenBy !== undefined && { takenBy }),
    ...(answer !== undefined && { answer: JSON.stringify(answer) }),
    openedAt,
    updatedAt,
    ...(expiresAt !== undefined && { expiresAt }),
  }
}

function toPackaged({ id, author, at, value, derivedFrom }: PackagedRecord): PackagedItem {
  return { id, author, at, value: cutText(JSON.stringify(value), longestValue).text, derivedFrom }
}
