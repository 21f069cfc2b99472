import { signal } from '@preact/signals'

import type { InboxAction, InboxDetail, InboxItem } from '../../src/protocol/protocol.ts'
import { api, ApiError } from '../server/api.ts'
import { exportedRun } from '../server/exported-run.ts'
import { contentSignal, onForgotten } from '../state/forgetting.ts'
import { connection, replayIndex, sceneShown } from '../state/page-state.ts'
import { goTo, linkTo, route } from '../state/route.ts'
import { hasEnded } from '../state/scene.ts'
import { inOrder } from './inbox-order.ts'

/** The form that is open below an escalation. */
export type Form = 'answer' | 'decline' | 'hand-back' | undefined

export const items = signal<readonly InboxItem[]>([])
export const openedDetail = contentSignal<InboxDetail | undefined>(undefined)
/** The result of the last action, shown with the item that is open then. */
export const notice = contentSignal<
  { readonly isBad: boolean; readonly text: string; readonly at?: string } | undefined
>(undefined)

// The items themselves stay, since somebody may be writing an answer to one.
onForgotten(() => {
  if (items.peek().length === 0) return
  items.value = items.peek().map(withoutTexts)
  void loadInbox()
  const { view, path } = route.peek()
  if (view === 'inbox') void openEscalation(path[0])
})

function withoutTexts({ id, version, state, task, openedBy, openedAt, updatedAt }: InboxItem): InboxItem {
  return { id, version, state, task, openedBy, openedAt, updatedAt, reason: '' }
}

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
    const isOver = endings.has(action.do)
    const next = isOver ? nextTo(item.id) : undefined
    notice.value = { isBad: false, text: success, at: next?.id ?? item.id }
    await loadInbox()
    if (next) goTo(linkTo('inbox', [next.id]))
    else await openEscalation(item.id)
    return true
  } catch (error) {
    showError(error)
    await Promise.all([loadInbox(), openEscalation(item.id)])
    return false
  }
}

/** Actions after which an escalation no longer waits for anybody. */
const endings: ReadonlySet<InboxAction['do']> = new Set(['answer', 'decline', 'hand-back'])

/** The first other item that waits for somebody. */
function nextTo(id: string): InboxItem | undefined {
  return inOrder(items.peek()).find((one) => one.id !== id && !hasEnded(one))
}

function showError(error: unknown): void {
  const isConflict = error instanceof ApiError && error.status === 409
  const text = error instanceof Error ? error.message : 'The server could not be reached.'
  const at = route.peek().path[0]
  const told = isConflict ? `Somebody else was faster. ${text}` : text
  notice.value = { isBad: true, text: told, ...(at !== undefined && { at }) }
}
