import { AccessError, NotFoundError, OptionError } from '@skein/memory'
import type { Escalations, View } from '@skein/memory'
import type { AnyRecord } from '@skein/memory/runtime'
import type { PackagedRecord } from '@skein/memory/types'

import { RefusedError } from '../http/problem.ts'
import type { EscalationStateName, InboxAction, InboxDetail, InboxItem, PackagedItem } from '../protocol/protocol.ts'
import { cutText } from '../text/cut-text.ts'
import { hasEnded } from '../stream/escalation-states.ts'

/** Characters of a value in a package that are sent to the page. */
const longestValue = 20_000

/** Escalations that are looked through, the newest, and those that have ended and are shown all the same. */
const mostLooked = 5_000
const mostEnded = 200
const pageSize = 500

/** What the record of an escalation holds. */
interface EscalationValue {
  readonly state: EscalationStateName
  readonly reason: string
  readonly question?: string
  readonly assignedTo?: string
  readonly openedBy: string
  readonly takenBy?: string
  readonly answer?: unknown
}

/** Escalations that the person may see, the oldest first: all that wait for somebody, and the newest that have ended. @throws StoreError */
export async function inboxItems({ records }: View): Promise<readonly InboxItem[]> {
  const items: InboxItem[] = []
  let ended = 0
  let cursor: string | undefined
  for (let looked = 0; looked < mostLooked; looked += pageSize) {
    const page = await records.list({
      collection: 'escalations',
      limit: pageSize,
      ...(cursor !== undefined && { cursor }),
    })
    for (const item of page.items.map(toItem)) {
      const isOver = hasEnded(item.state)
      if (isOver) ended += 1
      if (!isOver || ended <= mostEnded) items.push(item)
    }
    cursor = page.cursor
    if (cursor === undefined) break
  }
  // Those of one moment stay in the order of the feed.
  return items.toReversed().toSorted((one, other) => one.openedAt - other.openedAt)
}

/** One of them, with all that is known about its task. @throws NotFoundError, StoreError */
export async function inboxDetail(view: View, id: string): Promise<InboxDetail> {
  const [found, item] = await Promise.all([view.escalations.package(id), itemOf(view, id)])
  const { observations, decisions, learnings, facts, objects, timeline, leftOut, isCut } = found
  return {
    item,
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

async function itemOf({ records }: View, id: string): Promise<InboxItem> {
  const record = await records.get('escalations', id)
  if (!record) throw new NotFoundError('escalation', id)
  return toItem(record)
}

/**
 * Does what a person wants with an escalation.
 *
 * @throws RefusedError when it has changed since, has ended, or another person has it; NotFoundError, ValueError, StoreError
 */
export async function actOnItem(view: View, id: string, action: InboxAction): Promise<InboxItem> {
  const { escalations } = view
  if (action.version !== undefined && (await itemOf(view, id)).version !== action.version) {
    throw conflict('Somebody has changed this escalation since. Look at it again.')
  }
  try {
    await perform(escalations, id, action)
    return await itemOf(view, id)
  } catch (error) {
    // It has ended, or is not in the state that the person saw.
    if (error instanceof OptionError && error.option === 'id') {
      throw conflict('This escalation is not in that state any more. Look at it again.')
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

/** @throws RefusedError when it is no action. */
export function parseAction(body: unknown): InboxAction {
  const given = typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {}
  const { version } = given
  const isVersion = version === undefined || (Number.isSafeInteger(version) && (version as number) > 0)
  const text = { answer: given['answer'], decline: given['why'], 'hand-back': given['why'], take: '', release: '' }
  const isKnown = typeof given['do'] === 'string' && Object.hasOwn(text, given['do'])
  if (!isVersion || !isKnown || typeof text[given['do'] as keyof typeof text] !== 'string') {
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

function toItem({ id, version, task = '', createdAt, updatedAt, expiresAt, value }: AnyRecord): InboxItem {
  const { state, reason, question, assignedTo, openedBy, takenBy, answer } = value as EscalationValue
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
    openedAt: createdAt,
    updatedAt,
    ...(expiresAt !== undefined && { expiresAt }),
  }
}

function toPackaged({ id, author, at, value, derivedFrom }: PackagedRecord): PackagedItem {
  return { id, author, at, value: cutText(JSON.stringify(value), longestValue).text, derivedFrom }
}
