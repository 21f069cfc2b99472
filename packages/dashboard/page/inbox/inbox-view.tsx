import { useSignal } from '@preact/signals'
import type { VNode } from 'preact'
import { useEffect, useLayoutEffect } from 'preact/hooks'

import { moment, sceneShown, session, useScene } from '../state/page-state.ts'
import { linkTo, route } from '../state/route.ts'
import { EscalationPane } from './escalation-pane.tsx'
import { followKeys } from './inbox-keys.ts'
import { InboxList } from './inbox-list.tsx'
import { isPresent, items, loadInbox, notice, opened, openEscalation } from './inbox-state.ts'
import type { Form } from './inbox-state.ts'
import { KeyHelp } from './key-help.tsx'

/** Tasks that wait for a person. */
export function InboxView(): VNode {
  const id = route.value.path[0]
  const form = useSignal<Form>(undefined)
  useScene()
  // The stream tells that something changed; the list is asked for again.
  let changes = 0
  for (const { updatedAt } of sceneShown().escalations.values()) changes = Math.max(changes, updatedAt)
  const { size } = sceneShown().escalations
  useEffect(() => void loadInbox(), [changes, size, moment.value])
  useEffect(() => void openEscalation(id), [id, changes, moment.value])
  // Whatever happens elsewhere, what somebody is writing stays.
  useLayoutEffect(() => {
    form.value = undefined
    notice.value = undefined
  }, [id])
  useEffect(() => followKeys(form), [])
  const mayAnswer = (session.value?.mayAnswer ?? false) && isPresent()
  const item = items.value.find((one) => one.id === id)
  return (
    <section class={`view inbox-view ${item ? 'is-open' : ''}`} aria-label="Inbox">
      <div class="inbox-list">
        <InboxList items={items.value} chosen={id} />
        <KeyHelp mayAnswer={mayAnswer} />
      </div>
      <div class="inbox-pane">
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
              detail={opened.value?.item.id === item.id ? opened.value : undefined}
              form={form}
              mayAnswer={mayAnswer}
            />
          </>
        ) : (
          <p class="empty">
            {items.value.length === 0 ? 'Nobody waits for you.' : 'Choose a task to see all that is known about it.'}
          </p>
        )}
      </div>
    </section>
  )
}
