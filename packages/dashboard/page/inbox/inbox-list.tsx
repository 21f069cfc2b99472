import type { VNode } from 'preact'

import type { InboxItem } from '../../src/protocol/protocol.ts'
import { timeShown } from '../state/page-state.ts'
import { linkTo } from '../state/route.ts'
import { duration } from '../ui/amounts.ts'
import { Text } from '../ui/text.tsx'
import { inOrder } from './inbox-order.ts'

/** An escalation that expires sooner is marked, in milliseconds. */
const urgentMs = 60_000

const stateNames: Readonly<Record<InboxItem['state'], string>> = {
  open: 'open',
  taken: 'taken',
  answered: 'answered',
  declined: 'declined',
  'handed-back': 'handed back',
}

/** A list of escalations with their ages and deadlines. */
export function InboxList({ items, selected }: { items: readonly InboxItem[]; selected: string | undefined }): VNode {
  const now = timeShown()
  return (
    <ul class="plain inbox-items" aria-label="Escalations">
      {inOrder(items).map(({ id, state, question, reason, openedBy, openedAt, expiresAt, takenBy }) => (
        <li key={id}>
          <a
            href={linkTo('inbox', [id])}
            aria-current={id === selected ? 'true' : undefined}
            ref={id === selected ? scrollIntoView : null}
          >
            <span class={`state state-${state}`}>{stateNames[state]}</span>
            <Text class="inbox-question" of={question ?? reason} maxLength={110} />
            <span class="muted">
              <Text of={openedBy} maxLength={30} />, {duration(Math.max(0, now - openedAt))} old
              {expiresAt !== undefined && (
                <strong class={expiresAt - now < urgentMs ? 'bad' : ''}>
                  {' · '}
                  {expiresAt > now ? `expires in ${duration(expiresAt - now)}` : 'expired'}
                </strong>
              )}
              {takenBy !== undefined && (
                <>
                  {' · taken by '}
                  <Text of={takenBy} maxLength={30} />
                </>
              )}
            </span>
          </a>
        </li>
      ))}
    </ul>
  )
}

function scrollIntoView(element: HTMLElement | null): void {
  element?.scrollIntoView({ block: 'nearest' })
}
