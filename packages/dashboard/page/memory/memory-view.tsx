import { batch, useSignal } from '@preact/signals'
import type { VNode } from 'preact'
import { useEffect, useRef } from 'preact/hooks'

import type { RecordRow } from '../../src/protocol/protocol.ts'
import { keyOf } from '../state/scene.ts'
import { moment, revision } from '../state/page-state.ts'
import { linkTo, route } from '../state/route.ts'
import { RecordFilters } from './record-filters.tsx'
import { RecordList } from './record-list.tsx'
import { RecordPane } from './record-pane.tsx'
import { asksServer, listRecords } from './record-source.ts'

const refreshMs = 2_000

/** The browser of the memory: a list that is filtered, and the record that was opened. */
export function MemoryView(): VNode {
  const { path, query } = route.value
  const [collection, id] = path
  const rows = useSignal<readonly RecordRow[]>([])
  const cursor = useSignal<string | undefined>(undefined)
  const note = useSignal<string | undefined>('Looking …')
  const generation = useRef(0)
  const key = JSON.stringify(query)

  const load = async (isMore: boolean): Promise<void> => {
    const own = isMore ? generation.current : (generation.current += 1)
    const from = isMore ? cursor.value : undefined
    if (isMore && from === undefined) return
    cursor.value = undefined
    try {
      const page = await listRecords(query, from)
      if (own !== generation.current) return
      batch(() => {
        rows.value = isMore ? [...rows.value, ...page.rows] : page.rows
        cursor.value = page.cursor
        note.value = rows.value.length === 0 ? 'Nothing here fits.' : undefined
      })
    } catch (error) {
      note.value = error instanceof Error ? error.message : 'The records could not be read.'
    }
  }
  useEffect(() => void load(false), [key, moment.value])
  useEffect(() => {
    // New records come in above; the list is left alone once somebody went down in it.
    const timer = setInterval(() => {
      if (revision.peek() !== seen.current && rows.value.length <= 100 && asksServer()) void load(false)
      seen.current = revision.peek()
    }, refreshMs)
    return () => clearInterval(timer)
  }, [key])
  const seen = useRef(revision.peek())

  const open = (row: RecordRow): void => {
    location.hash = linkTo('memory', [row.collection, row.id], query)
  }
  return (
    <section class={`view memory-view ${id === undefined ? '' : 'is-open'}`} aria-label="Memory">
      <div class="memory-list">
        <RecordFilters query={query} />
        {note.value !== undefined && (
          <p class="hint" role="status">
            {note.value}
          </p>
        )}
        <RecordList
          rows={rows.value}
          hasMore={cursor.value !== undefined}
          chosen={collection !== undefined && id !== undefined ? keyOf(collection, id) : undefined}
          onOpen={open}
          onEnd={() => void load(true)}
        />
      </div>
      {collection !== undefined && id !== undefined ? (
        <RecordPane key={keyOf(collection, id)} collection={collection} id={id} query={query} />
      ) : (
        <p class="record-pane empty">
          Choose a record to see its value, its versions, who read it, and what it was made from.
        </p>
      )}
    </section>
  )
}
