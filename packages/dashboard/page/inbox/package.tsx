import type { VNode } from 'preact'

import type { InboxDetail, PackagedRecords } from '../../src/protocol/protocol.ts'
import { timeShown } from '../state/page-state.ts'
import { linkTo } from '../state/route.ts'
import { counted, timestamp } from '../ui/amounts.ts'
import { prettyJson } from '../ui/pretty-json.ts'
import { Text } from '../ui/text.tsx'

const maxItems = 100
/** These say most about a task, so their lists are open from the start. */
const openedCollections: ReadonlySet<string> = new Set(['decisions', 'observations'])

/** All records of an escalated task. */
export function Package({ detail }: { detail: InboxDetail }): VNode {
  const now = timeShown()
  const { packaged, timeline, leftOut, isCut } = detail
  return (
    <div class="package">
      {packaged.map((records) => (
        <PackagePart key={records.collection} records={records} />
      ))}
      <details>
        <summary>
          Timeline <small>{counted(timeline.length, 'step')}</small>
        </summary>
        <ol class="plain steps">
          {timeline.slice(-maxItems).map(({ at, collection, id, author }, index) => (
            <li key={index}>
              <time>{timestamp(at, now)}</time> <Text of={author} maxLength={40} />{' '}
              <a href={linkTo('memory', [collection, id])}>{collection}</a>
            </li>
          ))}
        </ol>
      </details>
      {leftOut !== undefined && leftOut > 0 && (
        <p class="hint">
          {counted(leftOut, 'record')} of this task {leftOut === 1 ? 'is' : 'are'} above your clearance.
        </p>
      )}
      {isCut && <p class="hint">This task has more records than a package holds. These are the newest.</p>}
    </div>
  )
}

function PackagePart({ records }: { records: PackagedRecords }): VNode | null {
  const { collection, items } = records
  const now = timeShown()
  if (items.length === 0) return null
  return (
    <details open={openedCollections.has(collection)}>
      <summary>
        {collection} <small>{items.length}</small>
      </summary>
      <ul class="plain">
        {items.slice(0, maxItems).map(({ id, author, at, value }) => (
          <li key={id}>
            <p class="muted">
              <Text of={author} maxLength={40} />, {timestamp(at, now)} ·{' '}
              <a href={linkTo('memory', [collection, id])}>open</a>
            </p>
            <pre class="value short">
              <bdi>{prettyJson(value).slice(0, 2_000)}</bdi>
            </pre>
          </li>
        ))}
      </ul>
    </details>
  )
}
