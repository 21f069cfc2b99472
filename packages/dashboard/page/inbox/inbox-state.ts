import { signal } from '@preact/signals'

import type { InboxAction, InboxDetail, InboxItem } from '../../src/protocol/protocol.ts'
import { api, Refusal } from '../server/api.ts'
import { exportedRun } from '../server/exported-run.ts'
import { connection, moment, sceneShown } from '../state/page-state.ts'

/** What form is open below an escalation. */
export type Form = 'answer' | 'decline' | 'hand-back' | undefined

export const items = signal<readonly InboxItem[]>([])
export const opened = signal<InboxDetail | undefined>(undefined)
/** What became of the last thing that was done. */
export const notice = signal<{ readonly isBad: boolean; readonly text: string } | undefined>(undefined)

/** Whether nobody can change it any more. */
export function hasEnded({ state }: InboxItem): boolean {
  return state !== 'open' && state !== 'taken'
}

/** Whether the person may do something now. */
export function isPresent(): boolean {
  return moment.value === undefined && connection.value !== 'file'
}

/** Asks for the list again; in a replay it is what the events tell. */
export async function loadInbox(): Promise<void> {
  if (isPresent()) {
    items.value = await api.inbox().catch((error: unknown) => {
      tell(error)
      return items.peek()
    })
    return
  }
  const known = new Map((exportedRun()?.inbox ?? items.peek()).map((item) => [item.id, item]))
  items.value = [...sceneShown().escalations.values()].map(({ id, state, task, by, openedAt, updatedAt }) => ({
    version: 0,
    reason: 'The events do not tell why.',
    openedBy: by,
    ...known.get(id),
    id,
    state,
    task,
    openedAt,
    updatedAt,
  }))
}

/** Opens the package of an escalation. */
export async function openEscalation(id: string | undefined): Promise<void> {
  if (opened.peek()?.item.id !== id) opened.value = undefined
  if (id === undefined || !isPresent()) return
  try {
    opened.value = await api.escalation(id)
  } catch (error) {
    tell(error)
  }
}

/** Does something with an escalation, unless it has changed since it was seen. Answers whether it was done. */
export async function act(item: InboxItem, action: InboxAction, done: string): Promise<boolean> {
  try {
    await api.act(item.id, { ...action, version: item.version })
    notice.value = { isBad: false, text: done }
    return true
  } catch (error) {
    tell(error)
    return false
  } finally {
    await Promise.all([loadInbox(), openEscalation(item.id)])
  }
}

function tell(error: unknown): void {
  const isOld = error instanceof Refusal && error.status === 409
  const text = error instanceof Error ? error.message : 'The server could not be asked.'
  notice.value = { isBad: true, text: isOld ? `Somebody was faster. ${text}` : text }
}
