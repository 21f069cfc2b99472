import type { VNode } from 'preact'
import { useEffect, useRef } from 'preact/hooks'

import type { InboxItem } from '../../src/protocol/protocol.ts'
import { timeShown } from '../state/page-state.ts'
import { linkTo } from '../state/route.ts'
import { duration } from '../ui/amounts.ts'
import { Text } from '../ui/text.tsx'

const words: Readonly<Record<InboxItem['state'], string>> = {
  open: 'open',
  taken: 'taken',
  answered: 'answered',
  declined: 'declined',
  'handed-back': 'handed back',
}

/** In the order in which they are shown: those that wait first, the oldest before the others. */
export function inOrder(items: readonly InboxItem[]): readonly InboxItem[] {
  const rank = ({ state }: InboxItem): number => (state === 'open' ? 0 : state === 'taken' ? 1 : 2)
  return items.toSorted((a, b) => rank(a) - rank(b) || a.openedAt - b.openedAt)
}

/** One line for each escalation, with its age and how long it has. */
export function InboxList({ items, chosen }: { items: readonly InboxItem[]; chosen: string | undefined }): VNode {
  const now = timeShown()
  return (
    <ul class="plain inbox-items" aria-label="Escalations">
      {inOrder(items).map(({ id, state, question, reason, openedBy, openedAt, expiresAt, takenBy }) => (
        <li key={id}>
          <a
            href={linkTo('inbox', [id])}
            aria-current={id === chosen ? 'true' : undefined}
            ref={id === chosen ? intoSight : null}
          >
            <span class={`state state-${state}`}>{words[state]}</span>
            <Text class="inbox-question" of={question ?? reason} most={110} />
            <span class="muted">
              <Text of={openedBy} most={30} />, {duration(Math.max(0, now - openedAt))} old
              {expiresAt !== undefined && (
                <strong class={expiresAt - now < 60_000 ? 'bad' : ''}>
                  {' · '}
                  {expiresAt > now ? `${duration(expiresAt - now)} left` : 'too late'}
                </strong>
              )}
              {takenBy !== undefined && (
                <>
                  {' · with '}
                  <Text of={takenBy} most={30} />
                </>
              )}
            </span>
          </a>
        </li>
      ))}
    </ul>
  )
}

function intoSight(element: HTMLElement | null): void {
  element?.scrollIntoView({ block: 'nearest' })
}

/** Puts the focus on what was just opened, for who works with the keyboard. */
export function useFocus(id: string): { readonly current: HTMLHeadingElement | null } {
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => heading.current?.focus({ preventScroll: true }), [id])
  return heading
}
