import { signal } from '@preact/signals'

import type { InboxAction, InboxDetail, InboxItem } from '../../src/protocol/protocol.ts'
import { api, ApiError } from '../server/api.ts'
import { exportedRun } from '../server/exported-run.ts'
import { connection, replayIndex, sceneShown } from '../state/page-state.ts'

/** The form that is open below an escalation. */
export type Form = 'answer' | 'decline' | 'hand-back' | undefined

export const items = signal<readonly InboxItem[]>([])
export const openedDetail = signal<InboxDetail | undefined>(undefined)
/** The result of the last action. */
export const notice = signal<{ readonly isBad: boolean; readonly text: string } | undefined>(undefined)

/** Whether the inbox shows the present of a server, so that actions are possible. */
export function isLive(): boolean {
  return replayIndex.value === undefined && connection.value !== 'file'
}

/** Loads the list; a replay makes it from the events. */
export async function loadInbox(): Promise<void> {
  if (isLive()) {
    items.value = await api.inbox().catch((error: unknown) => {
      showError(error)
      return items.peek()
    })
    return
  }
  const known = new Map((exportedRun()?.inbox ?? items.peek()).map((item) => [item.id, item]))
  items.value = [...sceneShown().escalations.values()].map(({ id, state, task, by, openedAt, updatedAt }) => ({
    version: 0,
    reason: 'The reason is not in the events.',
    openedBy: by,
    ...known.get(id),
    id,
    state,
    task,
    openedAt,
    updatedAt,
  }))
}

/** Loads the package of an escalation. */
export async function openEscalation(id: string | undefined): Promise<void> {
  if (openedDetail.peek()?.item.id !== id) openedDetail.value = undefined
  if (id === undefined || !isLive()) return
  try {
    openedDetail.value = await api.escalation(id)
  } catch (error) {
    showError(error)
  }
}

/**
 * Performs an action on an escalation, unless it has changed since it was loaded.
 * Returns whether it succeeded.
 *
 * @param success - The notice to show then.
 */
export async function act(item: InboxItem, action: InboxAction, success: string): Promise<boolean> {
  try {
    await api.act(item.id, { ...action, version: item.version })
    notice.value = { isBad: false, text: success }
    return true
  } catch (error) {
    showError(error)
    return false
  } finally {
    await Promise.all([loadInbox(), openEscalation(item.id)])
  }
}

function showError(error: unknown): void {
  const isConflict = error instanceof ApiError && error.status === 409
  const text = error instanceof Error ? error.message : 'The server could not be reached.'
  notice.value = { isBad: true, text: isConflict ? `Somebody else was faster. ${text}` : text }
}
