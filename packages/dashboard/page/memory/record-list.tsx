import { useSignal } from '@preact/signals'
import type { VNode } from 'preact'
import { useEffect, useRef } from 'preact/hooks'

import type { RecordRow } from '../../src/protocol/protocol.ts'
import { timeShown } from '../state/page-state.ts'
import { keyOf } from '../state/scene.ts'
import { ago, duration } from '../ui/amounts.ts'
import { Text } from '../ui/text.tsx'
import { StateBadge } from './state-badge.tsx'

const rowHeight = 58
/** Rows that are rendered beyond each edge. */
const spare = 6

/** Options of {@link RecordList}. */
export interface RecordListProps {
  readonly rows: readonly RecordRow[]
  readonly hasMore: boolean
  /** The key of the record that is open. */
  readonly selected: string | undefined
  readonly onOpen: (row: RecordRow) => void
  /** Called when the end scrolls into view. */
  readonly onEnd: () => void
}

/** A list of any length that renders only the visible rows. Arrow keys move, Enter opens. */
export function RecordList({ rows, hasMore, selected, onOpen, onEnd }: RecordListProps): VNode {
  const box = useRef<HTMLDivElement>(null)
  const top = useSignal(0)
  const height = useSignal(600)
  const active = useSignal(0)
  useEffect(() => {
    const element = box.current
    if (!element) return
    const resized = new ResizeObserver(() => (height.value = element.clientHeight))
    resized.observe(element)
    return () => resized.disconnect()
  }, [])
  const first = Math.max(0, Math.floor(top.value / rowHeight) - spare)
  const last = Math.min(rows.length, Math.ceil((top.value + height.value) / rowHeight) + spare)
  useEffect(() => {
    if (hasMore && last >= rows.length - spare) onEnd()
  }, [hasMore, last, rows.length])

  const move = (to: number): void => {
    active.value = Math.min(rows.length - 1, Math.max(0, to))
    const element = box.current
    if (!element) return
    const y = active.value * rowHeight
    if (y < element.scrollTop) element.scrollTop = y
    else if (y + rowHeight > element.scrollTop + element.clientHeight)
      element.scrollTop = y + rowHeight - element.clientHeight
  }
  const onKeyDown = (event: KeyboardEvent): void => {
    const page = Math.floor(height.value / rowHeight)
    const steps: Readonly<Record<string, number>> = {
      ArrowDown: active.value + 1,
      ArrowUp: active.value - 1,
      PageDown: active.value + page,
      PageUp: active.value - page,
      Home: 0,
      End: rows.length - 1,
    }
    const to = steps[event.key]
    const row = rows[active.value]
    if (to !== undefined) move(to)
    else if (event.key === 'Enter' && row) onOpen(row)
    else return
    event.preventDefault()
  }
  return (
    <div
      ref={box}
      class="record-list"
      role="listbox"
      tabindex={0}
      aria-label="Records"
      aria-activedescendant={
        rows.length > 0 && active.value >= first && active.value < last ? `row-${active.value}` : undefined
      }
      onScroll={({ currentTarget }) => (top.value = currentTarget.scrollTop)}
      onKeyDown={onKeyDown}
    >
      <div role="presentation" style={{ height: `${rows.length * rowHeight}px` }}>
        <div role="presentation" style={{ transform: `translateY(${first * rowHeight}px)` }}>
          {rows.slice(first, last).map((row, offset) => {
            const index = first + offset
            const key = keyOf(row.collection, row.id)
            return (
              <div
                key={key}
                id={`row-${index}`}
                role="option"
                class={`record-row ${index === active.value ? 'is-active' : ''}`}
                aria-selected={key === selected}
                aria-setsize={hasMore ? -1 : rows.length}
                aria-posinset={index + 1}
                onClick={() => {
                  active.value = index
                  onOpen(row)
                }}
              >
                <Row row={row} />
              </div>
            )
          })}
        </div>
      </div>
    </div>
  )
}

function Row({ row }: { row: RecordRow }): VNode {
  const now = timeShown()
  return (
    <>
      <span class="record-title">
        {row.label.sensitivity === 'confidential' && <span class="seal">confidential</span>}
        <StateBadge state={row.state} />
        <Text of={row.title || row.id} maxLength={90} />
      </span>
      <span class="record-note">
        {row.collection} · <Text of={row.author} maxLength={28} /> · {ago(now - row.updatedAt)}
        {row.expiresAt !== undefined && ` · expires in ${duration(Math.max(0, row.expiresAt - now))}`}
        {row.tags.slice(0, 3).map((tag) => (
          <Text key={tag} class="tag" of={tag} maxLength={20} />
        ))}
      </span>
    </>
  )
}
