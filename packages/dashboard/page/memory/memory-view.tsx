import { batch, useSignal } from '@preact/signals'
import type { VNode } from 'preact'
import { useEffect, useRef } from 'preact/hooks'

import type { RecordRow } from '../../src/protocol/protocol.ts'
import { replayIndex, textRevision } from '../state/page-state.ts'
import { linkTo, route } from '../state/route.ts'
import { keyOf } from '../state/scene.ts'
import { RecordFilters } from './record-filters.tsx'
import { RecordList } from './record-list.tsx'
import { RecordPane } from './record-pane.tsx'
import { asksServer, listRecords } from './record-source.ts'

const refreshMs = 2_000
/** A longer list is not refreshed: the user has scrolled down in it. */
const maxRefreshedRows = 100

/** Browses the memory: a filtered list of records, and the record that is open. */
export function MemoryView(): VNode {
  const { path, query } = route.value
  const [collection, id] = path
  const rows = useSignal<readonly RecordRow[]>([])
  const cursor = useSignal<string | undefined>(undefined)
  const status = useSignal<string | undefined>('Loading …')
  const generation = useRef(0)
  const queryKey = JSON.stringify(query)

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
        status.value = rows.value.length === 0 ? 'No matching records.' : undefined
      })
    } catch (error) {
      status.value = error instanceof Error ? error.message : 'The records could not be loaded.'
    }
  }
  useEffect(() => void load(false), [queryKey, replayIndex.value])
  const loadedRevision = useRef(textRevision.peek())
  useEffect(() => {
    const timer = setInterval(() => {
      const isChanged = textRevision.peek() !== loadedRevision.current
      if (isChanged && rows.value.length <= maxRefreshedRows && asksServer()) void load(false)
      loadedRevision.current = textRevision.peek()
    }, refreshMs)
    return () => clearInterval(timer)
  }, [queryKey])

  const open = (row: RecordRow): void => {
    location.hash = linkTo('memory', [row.collection, row.id], query)
  }
  return (
    <section class={`view memory-view ${id === undefined ? '' : 'is-open'}`} aria-label="Memory">
      <div class="memory-list">
        <RecordFilters query={query} />
        {status.value !== undefined && (
          <p class="hint" role="status">
            {status.value}
          </p>
        )}
        <RecordList
          rows={rows.value}
          hasMore={cursor.value !== undefined}
          selected={collection !== undefined && id !== undefined ? keyOf(collection, id) : undefined}
          onOpen={open}
          onEnd={() => void load(true)}
        />
      </div>
      {collection !== undefined && id !== undefined ? (
        <RecordPane key={keyOf(collection, id)} collection={collection} id={id} query={query} />
      ) : (
        <p class="record-pane empty">Select a record to see its value, versions, readers and lineage.</p>
      )}
    </section>
  )
}
