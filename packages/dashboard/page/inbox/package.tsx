import type { VNode } from 'preact'

import type { InboxDetail, PackagedItem } from '../../src/protocol/protocol.ts'
import { readable } from '../memory/record-value.tsx'
import { timeShown } from '../state/page-state.ts'
import { linkTo } from '../state/route.ts'
import { counted, moment } from '../ui/amounts.ts'
import { Text } from '../ui/text.tsx'

const kinds = ['decisions', 'observations', 'learnings', 'facts', 'objects'] as const
const mostItems = 100

/** All that is known about an escalated task. */
export function Package({ detail }: { detail: InboxDetail }): VNode {
  const now = timeShown()
  const { timeline, leftOut, isCut } = detail
  return (
    <div class="package">
      {kinds.map((kind) => (
        <PackagePart key={kind} kind={kind} items={detail[kind]} />
      ))}
      <details>
        <summary>
          What happened <small>{counted(timeline.length, 'step')}</small>
        </summary>
        <ol class="plain steps">
          {timeline.slice(-mostItems).map(({ at, collection, id, author }, index) => (
            <li key={index}>
              <time>{moment(at, now)}</time> <Text of={author} most={40} />{' '}
              <a href={linkTo('memory', [collection, id])}>{collection}</a>
            </li>
          ))}
        </ol>
      </details>
      {leftOut > 0 && (
        <p class="hint">{counted(leftOut, 'record')} of this task are above your clearance and were not sent.</p>
      )}
      {isCut && <p class="hint">There is more than a package holds: these are the newest.</p>}
    </div>
  )
}

function PackagePart({ kind, items }: { kind: (typeof kinds)[number]; items: readonly PackagedItem[] }): VNode | null {
  const now = timeShown()
  if (items.length === 0) return null
  return (
    <details open={kind === 'decisions' || kind === 'observations'}>
      <summary>
        {kind} <small>{items.length}</small>
      </summary>
      <ul class="plain">
        {items.slice(0, mostItems).map(({ id, author, at, value }) => (
          <li key={id}>
            <p class="muted">
              <Text of={author} most={40} />, {moment(at, now)} · <a href={linkTo('memory', [kind, id])}>open</a>
            </p>
            <pre class="value short">
              <bdi>{readable(value).slice(0, 2_000)}</bdi>
            </pre>
          </li>
        ))}
      </ul>
    </details>
  )
}
