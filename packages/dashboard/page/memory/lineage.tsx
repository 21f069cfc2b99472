import { useSignal } from '@preact/signals'
import type { VNode } from 'preact'

import type { LineageItem, RecordDetail } from '../../src/protocol/protocol.ts'
import { linkTo } from '../state/route.ts'
import { counted } from '../ui/amounts.ts'
import { Text } from '../ui/text.tsx'
import { openRecord } from './record-source.ts'
import { StateBadge } from './state-badge.tsx'

/** To what a record was made from, or to what was made from it. */
export type LineageDirection = 'sources' | 'uses'

const texts: Readonly<Record<LineageDirection, { readonly title: string; readonly empty: string }>> = {
  sources: { title: 'Made from', empty: 'No sources within your clearance.' },
  uses: { title: 'Used by', empty: 'No uses within your clearance.' },
}
const maxBranches = 60

/** The sources or the uses of a record, as a tree that loads level by level. */
export function Lineage({ record, direction }: { record: RecordDetail; direction: LineageDirection }): VNode {
  const { title, empty } = texts[direction]
  const items = record[direction]
  return (
    <section class="lineage">
      <h3>
        {title} {items.length > 0 && <small>{counted(new Set(items.map(({ id }) => id)).size, 'record')}</small>}
      </h3>
      {items.length === 0 ? (
        <p class="hint">{empty}</p>
      ) : (
        <Branches parent={record.id} items={items} direction={direction} path={[record.id]} />
      )}
    </section>
  )
}

interface BranchesProps {
  readonly parent: string
  readonly items: readonly LineageItem[]
  readonly direction: LineageDirection
  /** The ids above, to detect cycles. */
  readonly path: readonly string[]
}

function Branches({ parent, items, direction, path }: BranchesProps): VNode {
  const children = [...new Map(items.filter(({ from }) => from === parent).map((item) => [item.id, item])).values()]
  return (
    <ul class="branches">
      {children.slice(0, maxBranches).map((item) => (
        <Branch key={item.id} item={item} items={items} direction={direction} path={path} />
      ))}
      {children.length > maxBranches && <li class="muted">and {children.length - maxBranches} more</li>}
    </ul>
  )
}

function Branch({ item, items, direction, path }: { item: LineageItem } & Omit<BranchesProps, 'parent'>): VNode {
  const isOpen = useSignal(false)
  const loaded = useSignal<readonly LineageItem[] | undefined>(
    items.some(({ from }) => from === item.id) ? items : undefined,
  )
  const isCycle = path.includes(item.id)
  const toggle = (): void => {
    isOpen.value = !isOpen.value
    if (loaded.value === undefined) {
      void openRecord(item.collection, item.id).then(
        (detail) => (loaded.value = detail?.[direction] ?? []),
        () => (loaded.value = []),
      )
    }
  }
  const isLeaf = loaded.value !== undefined && !loaded.value.some(({ from }) => from === item.id)
  return (
    <li>
      <button
        type="button"
        class="twig"
        aria-expanded={isOpen.value}
        aria-label={`Expand ${item.title.slice(0, 60)}`}
        disabled={isCycle || isLeaf}
        onClick={toggle}
      >
        {isLeaf || isCycle ? '·' : isOpen.value ? '▾' : '▸'}
      </button>
      <StateBadge state={item.state} />
      <a href={linkTo('memory', [item.collection, item.id])}>
        <Text of={item.title || item.id} maxLength={80} />
      </a>{' '}
      <span class="muted">
        {item.collection}, by <Text of={item.author} maxLength={30} />
      </span>
      {isOpen.value && loaded.value && !isLeaf && (
        <Branches parent={item.id} items={loaded.value} direction={direction} path={[...path, item.id]} />
      )}
    </li>
  )
}
