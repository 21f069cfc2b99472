import type { Signal } from '@preact/signals'
import type { VNode } from 'preact'

import type { InboxDetail, InboxItem } from '../../src/protocol/protocol.ts'
import { timeShown, useScene } from '../state/page-state.ts'
import { linkTo } from '../state/route.ts'
import { ago, duration, moment } from '../ui/amounts.ts'
import { Text } from '../ui/text.tsx'
import { AnswerForm } from './answer-form.tsx'
import { useFocus } from './inbox-list.tsx'
import { act, hasEnded } from './inbox-state.ts'
import type { Form } from './inbox-state.ts'
import { Package } from './package.tsx'

/** Options of {@link EscalationPane}. */
export interface EscalationPaneProps {
  readonly item: InboxItem
  /** Its package, once it was read. */
  readonly detail: InboxDetail | undefined
  readonly form: Signal<Form>
  readonly mayAnswer: boolean
}

/** One task that waits: what is asked, what can be done, and all that is known. */
export function EscalationPane({ item, detail, form, mayAnswer }: EscalationPaneProps): VNode {
  useScene()
  const heading = useFocus(item.id)
  const now = timeShown()
  const { id, state, task, reason, question, openedBy, openedAt, expiresAt, takenBy, assignedTo, answer } = item
  const isOver = hasEnded(item)
  return (
    <article aria-label="Escalation">
      <p class="eyebrow">
        {state === 'handed-back' ? 'handed back' : state}
        {takenBy !== undefined && (
          <>
            {' by '}
            <Text of={takenBy} most={40} />
          </>
        )}
      </p>
      <h2 ref={heading} tabindex={-1}>
        <bdi>{(question ?? reason).slice(0, 600)}</bdi>
      </h2>
      {question !== undefined && (
        <p>
          <bdi>{reason.slice(0, 2_000)}</bdi>
        </p>
      )}
      <p class="muted">
        <Text of={openedBy} most={60} /> asked {ago(now - openedAt)} ({moment(openedAt, now)})
        {expiresAt !== undefined && (expiresAt > now ? `, ${duration(expiresAt - now)} left` : ', its time is over')}
        {assignedTo !== undefined && (
          <>
            , for <Text of={assignedTo} most={60} />
          </>
        )}
        {' · task '}
        <a href={linkTo('memory', [], { task })}>
          <Text of={task} most={40} />
        </a>
        {' · '}
        <a href={linkTo('inbox', [id])}>link</a>
      </p>
      {answer !== undefined && (
        <blockquote>
          <bdi>{answer.slice(0, 4_000)}</bdi>
        </blockquote>
      )}
      {!isOver && mayAnswer && (
        <div class="actions">
          {state === 'open' && (
            <button type="button" onClick={() => void act(item, { do: 'take' }, 'It is yours now.')}>
              Take <kbd>t</kbd>
            </button>
          )}
          {state === 'taken' && (
            <button type="button" onClick={() => void act(item, { do: 'release' }, 'It is open again.')}>
              Release <kbd>r</kbd>
            </button>
          )}
          <button type="button" class="primary" onClick={() => (form.value = 'answer')}>
            Answer <kbd>a</kbd>
          </button>
          <button type="button" title="What is asked for is not to be done." onClick={() => (form.value = 'decline')}>
            Decline <kbd>d</kbd>
          </button>
          <button
            type="button"
            title="You decide nothing: who waits goes on without an answer."
            onClick={() => (form.value = 'hand-back')}
          >
            Hand back <kbd>h</kbd>
          </button>
        </div>
      )}
      {!isOver && mayAnswer && form.value !== undefined && <AnswerForm key={form.value} item={item} form={form} />}
      {detail ? (
        <Package detail={detail} />
      ) : (
        <p class="hint">What is known about it is being gathered, or not told.</p>
      )}
    </article>
  )
}
