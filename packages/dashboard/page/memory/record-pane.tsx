import { useSignal } from '@preact/signals'
import type { VNode } from 'preact'
import { useEffect } from 'preact/hooks'

import type { RecordDetail } from '../../src/protocol/protocol.ts'
import { replayIndex, sceneShown, timeShown, useScene } from '../state/page-state.ts'
import { linkTo } from '../state/route.ts'
import { isAlive, keyOf } from '../state/scene.ts'
import { counted, duration, timestamp } from '../ui/amounts.ts'
import { Text } from '../ui/text.tsx'
import { Unlisted } from '../ui/unlisted.tsx'
import { Lineage } from './lineage.tsx'
import { RecordHistory } from './record-history.tsx'
import { RecordTraces } from './record-traces.tsx'
import { openRecord } from './record-source.ts'
import { RecordValue } from './record-value.tsx'
import { StateNote } from './state-badge.tsx'
import { Sentences } from './sentences.tsx'

/** Readers and tags that are listed. */
const maxReaders = 50
const maxTags = 20

/** Options of {@link RecordPane}. */
export interface RecordPaneProps {
  readonly collection: string
  readonly id: string
  /** The filters of the list, for the way back; `quote` is highlighted in the value, or the range `mark` if it is not found. */
  readonly query: Readonly<Record<string, string>>
}

/** Everything about the record that is open. */
export function RecordPane({ collection, id, query }: RecordPaneProps): VNode {
  const detail = useSignal<RecordDetail | undefined>(undefined)
  const status = useSignal<string | undefined>('Loading …')
  // Loads again for a new version or new readers of this record, not for other events.
  useScene()
  const { version, reads } = sceneShown().records.get(keyOf(collection, id)) ?? {}
  const corrected = sceneShown().records.get(keyOf('corrections', `${collection}/${id}`))?.version
  useEffect(() => {
    let isCancelled = false
    void openRecord(collection, id, query['asOf']).then(
      (found) => {
        if (isCancelled) return
        detail.value = found
        status.value = found ? undefined : 'It did not exist at this moment, or is above your clearance.'
      },
      (error: unknown) => {
        if (!isCancelled) status.value = error instanceof Error ? error.message : 'The record could not be loaded.'
      },
    )
    return () => {
      isCancelled = true
    }
  }, [replayIndex.value, version, corrected, Math.min(reads ?? 0, 20), query['asOf']])
  const { quote, mark, ...filters } = query
  const record = detail.value
  return (
    <article class="record-pane" aria-label="Record" aria-live="off">
      <a class="back" href={linkTo('memory', [], filters)}>
        ← All records
      </a>
      {status.value !== undefined && (
        <p class="hint" role="status">
          {status.value}
        </p>
      )}
      {record && (
        <>
          <Head record={record} />
          <Sentences record={record} />
          <RecordValue record={record} quote={quote} mark={mark} />
          <Lineage record={record} direction="sources" />
          <Lineage record={record} direction="uses" />
          <RecordTraces record={record} />
          <RecordHistory record={record} />
          <Readers record={record} />
        </>
      )}
    </article>
  )
}

function Head({ record }: { record: RecordDetail }): VNode {
  const { collection, id, title, author, task, tags, label, version, createdAt, updatedAt, expiresAt } = record
  const now = timeShown()
  const known = sceneShown().records.get(keyOf(collection, id))
  return (
    <header class="record-head">
      <p class="eyebrow">
        {collection} · version {version}
      </p>
      <h2>
        <Text of={title || id} maxLength={160} />
      </h2>
      <StateNote collection={collection} state={record.state} now={now} />
      <dl class="facts">
        <div>
          <dt>Author</dt>
          <dd>
            <a href={linkTo('memory', [], { author })}>
              <Text of={author} maxLength={60} />
            </a>
          </dd>
        </div>
        {task !== undefined && (
          <div>
            <dt>Task</dt>
            <dd>
              <a href={linkTo('memory', [], { task })}>
                <Text of={task} maxLength={40} />
              </a>
            </dd>
          </div>
        )}
        <div>
          <dt>Written</dt>
          <dd>
            {timestamp(updatedAt, now)}
            {createdAt !== updatedAt && `, first ${timestamp(createdAt, now)}`}
          </dd>
        </div>
        <div>
          <dt>Expires</dt>
          <dd>{expiresAt === undefined ? 'never' : expiresAt > now ? `in ${duration(expiresAt - now)}` : 'expired'}</dd>
        </div>
        <div>
          <dt>Label</dt>
          <dd class={label.sensitivity === 'confidential' ? 'sealed' : ''}>
            {label.sensitivity}
            {label.compartments.map((name) => (
              <Text key={name} class="tag" of={name} maxLength={24} />
            ))}
          </dd>
        </div>
        <div class="wide">
          <dt>Id</dt>
          <dd>
            <Text class="code" of={id} maxLength={90} />
            {known && !isAlive(known, now) && ' (deleted or expired)'}
          </dd>
        </div>
      </dl>
      {tags.length > 0 && (
        <p>
          {tags.slice(0, maxTags).map((tag) => (
            <a key={tag} class="tag" href={linkTo('memory', [], { tag })}>
              <Text of={tag} maxLength={30} />
            </a>
          ))}
          <Unlisted all={tags.length} listed={maxTags} one="tag" />
        </p>
      )}
    </header>
  )
}

function Readers({ record: { readers, sent } }: { record: RecordDetail }): VNode {
  const now = timeShown()
  return (
    <section>
      <h3>Readers</h3>
      {readers.length === 0 && <p class="hint">No known readers.</p>}
      <ul class="plain">
        {readers.slice(0, maxReaders).map(({ agent, count, lastAt }) => (
          <li key={agent}>
            <Text of={agent} maxLength={60} />{' '}
            <span class="muted">
              {counted(count, 'time')}, last {timestamp(lastAt, now)}
            </span>
          </li>
        ))}
        {sent.slice(0, maxReaders).map(({ to, agent, at, count }) => (
          <li key={`${to} ${agent} ${at}`}>
            sent to <Text of={to} maxLength={60} />{' '}
            <span class="muted">
              by <Text of={agent} maxLength={60} />, {counted(count, 'time')}, last {timestamp(at, now)}
            </span>
          </li>
        ))}
      </ul>
      <Unlisted all={readers.length} listed={maxReaders} one="reader" />
      <Unlisted all={sent.length} listed={maxReaders} one="recipient" />
    </section>
  )
}
