import type { Signal } from '@preact/signals'
import type { VNode } from 'preact'
import { useEffect, useRef } from 'preact/hooks'

import type { InboxDetail, InboxItem } from '../../src/protocol/protocol.ts'
import { timeShown, useScene } from '../state/page-state.ts'
import { linkTo } from '../state/route.ts'
import { hasEnded } from '../state/scene.ts'
import { ago, duration, timestamp } from '../ui/amounts.ts'
import { Text } from '../ui/text.tsx'
import { AnswerForm } from './answer-form.tsx'
import { act } from './inbox-state.ts'
import type { Form } from './inbox-state.ts'
import { Package } from './package.tsx'

/** Options of {@link EscalationPane}. */
export interface EscalationPaneProps {
  readonly item: InboxItem
  /** Its package, once it is loaded. */
  readonly detail: InboxDetail | undefined
  readonly form: Signal<Form>
  readonly mayAnswer: boolean
}

/** One escalation: the question, the possible actions, and the records of its task. */
export function EscalationPane({ item, detail, form, mayAnswer }: EscalationPaneProps): VNode {
  useScene()
  const heading = useFocus(item.id)
  const now = timeShown()
  const { id, state, task, reason, question, openedBy, openedAt, expiresAt, takenBy, assignedTo, answer } = item
  const canAct = !hasEnded(item) && mayAnswer
  return (
    <article aria-label="Escalation">
      <p class="eyebrow">
        {state === 'handed-back' ? 'handed back' : state}
        {takenBy !== undefined && (
          <>
            {' by '}
            <Text of={takenBy} maxLength={40} />
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
        <Text of={openedBy} maxLength={60} /> asked {ago(now - openedAt)} ({timestamp(openedAt, now)})
        {expiresAt !== undefined && (expiresAt > now ? `, expires in ${duration(expiresAt - now)}` : ', expired')}
        {assignedTo !== undefined && (
          <>
            , assigned to <Text of={assignedTo} maxLength={60} />
          </>
        )}
        {' · task '}
        <a href={linkTo('memory', [], { task })}>
          <Text of={task} maxLength={40} />
        </a>
        {' · '}
        <a href={linkTo('inbox', [id])}>link</a>
      </p>
      {answer !== undefined && (
        <blockquote>
          <bdi>{answer.slice(0, 4_000)}</bdi>
        </blockquote>
      )}
      {canAct && <Actions item={item} form={form} />}
      {canAct && form.value !== undefined && <AnswerForm key={form.value} item={item} form={form} />}
      {detail ? (
        <Package detail={detail} />
      ) : (
        <p class="hint">The records of this task are loading, or are not available here.</p>
      )}
    </article>
  )
}

function Actions({ item, form }: Pick<EscalationPaneProps, 'item' | 'form'>): VNode {
  return (
    <div class="actions">
      {item.state === 'open' && (
        <button type="button" onClick={() => void act(item, { do: 'take' }, 'Taken. It is assigned to you.')}>
          Take <kbd>t</kbd>
        </button>
      )}
      {item.state === 'taken' && (
        <button type="button" onClick={() => void act(item, { do: 'release' }, 'Released. It is open again.')}>
          Release <kbd>r</kbd>
        </button>
      )}
      <button type="button" class="primary" onClick={() => (form.value = 'answer')}>
        Answer <kbd>a</kbd>
      </button>
      <button type="button" title="Refuse the request, with a reason." onClick={() => (form.value = 'decline')}>
        Decline <kbd>d</kbd>
      </button>
      <button
        type="button"
        title="Decide nothing: the waiting agent continues without an answer."
        onClick={() => (form.value = 'hand-back')}
      >
        Hand back <kbd>h</kbd>
      </button>
    </div>
  )
}

/** Moves the keyboard focus to a heading when another item opens. */
function useFocus(id: string): { readonly current: HTMLHeadingElement | null } {
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => heading.current?.focus({ preventScroll: true }), [id])
  return heading
}
