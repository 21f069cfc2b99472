import { useSignal } from '@preact/signals'
import type { VNode } from 'preact'
import { useEffect } from 'preact/hooks'

import type { RecordDetail } from '../../src/protocol/protocol.ts'
import { isAlive, keyOf } from '../state/scene.ts'
import { moment, sceneShown, timeShown, useScene } from '../state/page-state.ts'
import { linkTo } from '../state/route.ts'
import { counted, duration, moment as time } from '../ui/amounts.ts'
import { Text } from '../ui/text.tsx'
import { Lineage } from './lineage.tsx'
import { RecordHistory } from './record-history.tsx'
import { openRecord } from './record-source.ts'
import { RecordValue } from './record-value.tsx'
import { Sentences } from './sentences.tsx'

/** Options of {@link RecordPane}. */
export interface RecordPaneProps {
  readonly collection: string
  readonly id: string
  /** The filters of the list, to go back to; `quote` is what to point out in the value. */
  readonly query: Readonly<Record<string, string>>
}

/** All about the record that was opened. */
export function RecordPane({ collection, id, query }: RecordPaneProps): VNode {
  const detail = useSignal<RecordDetail | undefined>(undefined)
  const note = useSignal<string | undefined>('Reading …')
  // A new version, or a new reader, is worth another look; what happened elsewhere is not.
  useScene()
  const { version, reads } = sceneShown().records.get(keyOf(collection, id)) ?? {}
  useEffect(() => {
    let isOver = false
    void openRecord(collection, id).then(
      (found) => {
        if (isOver) return
        detail.value = found
        note.value = found ? undefined : 'It was not there at this moment, or you may not see it.'
      },
      (error: unknown) => {
        if (!isOver) note.value = error instanceof Error ? error.message : 'It could not be read.'
      },
    )
    return () => {
      isOver = true
    }
  }, [moment.value, version, Math.min(reads ?? 0, 20)])
  const { quote, ...filters } = query
  const record = detail.value
  return (
    <article class="record-pane" aria-label="Record" aria-live="off">
      <a class="back" href={linkTo('memory', [], filters)}>
        ← All records
      </a>
      {note.value !== undefined && (
        <p class="hint" role="status">
          {note.value}
        </p>
      )}
      {record && (
        <>
          <Head record={record} />
          <Sentences record={record} />
          <RecordValue record={record} quote={quote} />
          <Lineage record={record} way="sources" />
          <Lineage record={record} way="uses" />
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
        <Text of={title || id} most={160} />
      </h2>
      <dl class="facts">
        <div>
          <dt>Made by</dt>
          <dd>
            <a href={linkTo('memory', [], { author })}>
              <Text of={author} most={60} />
            </a>
          </dd>
        </div>
        {task !== undefined && (
          <div>
            <dt>Task</dt>
            <dd>
              <a href={linkTo('memory', [], { task })}>
                <Text of={task} most={40} />
              </a>
            </dd>
          </div>
        )}
        <div>
          <dt>Written</dt>
          <dd>
            {time(updatedAt, now)}
            {createdAt !== updatedAt && `, first ${time(createdAt, now)}`}
          </dd>
        </div>
        <div>
          <dt>Time left</dt>
          <dd>{expiresAt === undefined ? 'for good' : expiresAt > now ? duration(expiresAt - now) : 'over'}</dd>
        </div>
        <div>
          <dt>Label</dt>
          <dd class={label.sensitivity === 'confidential' ? 'sealed' : ''}>
            {label.sensitivity}
            {label.compartments.map((name) => (
              <Text key={name} class="tag" of={name} most={24} />
            ))}
          </dd>
        </div>
        <div class="wide">
          <dt>Id</dt>
          <dd>
            <Text class="code" of={id} most={90} />
            {known && !isAlive(known, now) && ' (no longer there)'}
          </dd>
        </div>
      </dl>
      {tags.length > 0 && (
        <p>
          {tags.slice(0, 20).map((tag) => (
            <a key={tag} class="tag" href={linkTo('memory', [], { tag })}>
              <Text of={tag} most={30} />
            </a>
          ))}
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
      {readers.length === 0 && <p class="hint">Nobody is known to have read it.</p>}
      <ul class="plain">
        {readers.slice(0, 50).map(({ agent, count, lastAt }) => (
          <li key={agent}>
            <Text of={agent} most={60} />{' '}
            <span class="muted">
              {counted(count, 'time')}, last {time(lastAt, now)}
            </span>
          </li>
        ))}
        {sent.slice(0, 50).map(({ to, agent, at, count }) => (
          <li key={`${to} ${agent} ${at}`}>
            sent to <Text of={to} most={60} />{' '}
            <span class="muted">
              by <Text of={agent} most={60} />, {counted(count, 'time')}, last {time(at, now)}
            </span>
          </li>
        ))}
      </ul>
    </section>
  )
}
