import { useSignal } from '@preact/signals'
import type { VNode } from 'preact'
import { useEffect, useLayoutEffect } from 'preact/hooks'

import { replayIndex, sceneShown, session, useScene } from '../state/page-state.ts'
import { linkTo, route } from '../state/route.ts'
import { hasEnded } from '../state/scene.ts'
import { EscalationPane } from './escalation-pane.tsx'
import { handleKeys } from './inbox-keys.ts'
import { InboxList } from './inbox-list.tsx'
import { isLive, items, loadInbox, notice, openedDetail, openEscalation } from './inbox-state.ts'
import type { Form } from './inbox-state.ts'
import { KeyHelp } from './key-help.tsx'

/** Ended escalations that the server lists, see `inboxItems`. */
const mostEnded = 200

/** Tasks that agents escalated to a person. */
export function InboxView(): VNode {
  const id = route.value.path[0]
  const form = useSignal<Form>(undefined)
  useScene()
  // Events tell only that an escalation changed, so the list is loaded again.
  let lastChangeAt = 0
  for (const { updatedAt } of sceneShown().escalations.values()) lastChangeAt = Math.max(lastChangeAt, updatedAt)
  const { size } = sceneShown().escalations
  useEffect(() => void loadInbox(), [lastChangeAt, size, replayIndex.value])
  useEffect(() => void openEscalation(id), [id, lastChangeAt, replayIndex.value])
  // Only opening another item closes the form: changes elsewhere must not discard what the user is writing.
  useLayoutEffect(() => {
    form.value = undefined
    if (notice.value?.at !== id) notice.value = undefined
  }, [id])
  useEffect(() => handleKeys(form), [])
  const mayAnswer = (session.value?.mayAnswer ?? false) && isLive()
  const item = items.value.find((one) => one.id === id)
  const isAllDone = items.value.length > 0 && items.value.every((one) => hasEnded(one))
  return (
    <section class={`view inbox-view ${item ? 'is-open' : ''}`} aria-label="Inbox">
      <div class="inbox-list">
        <InboxList items={items.value} selected={id} />
        {isLive() && items.value.filter((one) => hasEnded(one)).length >= mostEnded && (
          <p class="hint">Of those that have ended, the latest {mostEnded} are listed.</p>
        )}
        <KeyHelp mayAnswer={mayAnswer} />
      </div>
      <div class="inbox-pane">
        {isAllDone && (
          <p class="notice good" role="status">
            ✓ All done. No agent waits for a person.
          </p>
        )}
        {notice.value && (
          <p class={`notice ${notice.value.isBad ? 'bad' : 'good'}`} role="status">
            <bdi>{notice.value.text.slice(0, 400)}</bdi>
          </p>
        )}
        {item ? (
          <>
            <a class="back" href={linkTo('inbox')}>
              ← Inbox
            </a>
            <EscalationPane
              item={item}
              detail={openedDetail.value?.item.id === item.id ? openedDetail.value : undefined}
              form={form}
              mayAnswer={mayAnswer}
            />
          </>
        ) : (
          <p class={items.value.length === 0 ? 'empty' : 'empty choose'}>
            {items.value.length === 0
              ? 'No escalations. Agents ask here when they need a person.'
              : 'Select an escalation to see the records of its task.'}
          </p>
        )}
      </div>
    </section>
  )
}
