import { useSignal } from '@preact/signals'
import type { VNode } from 'preact'

import type { LineageItem, RecordDetail } from '../../src/protocol/protocol.ts'
import { linkTo } from '../state/route.ts'
import { counted } from '../ui/amounts.ts'
import { Text } from '../ui/text.tsx'
import { openRecord } from './record-source.ts'

/** Towards what it was made from, or towards what was made from it. */
export type Way = 'sources' | 'uses'

const words: Readonly<Record<Way, readonly [string, string]>> = {
  sources: ['Made from', 'It was made from nothing else that you may see.'],
  uses: ['Used by', 'Nothing that you may see was made from it.'],
}
const mostBranches = 60

/** Where a record comes from, or what became of it: a tree to walk, step by step, as far as it goes. */
export function Lineage({ record, way }: { record: RecordDetail; way: Way }): VNode {
  const [title, nothing] = words[way]
  const items = record[way]
  return (
    <section class="lineage">
      <h3>
        {title} {items.length > 0 && <small>{counted(new Set(items.map(({ id }) => id)).size, 'record')}</small>}
      </h3>
      {items.length === 0 ? (
        <p class="hint">{nothing}</p>
      ) : (
        <Branches of={record.id} items={items} way={way} path={[record.id]} />
      )}
    </section>
  )
}

interface BranchesProps {
  readonly of: string
  readonly items: readonly LineageItem[]
  readonly way: Way
  /** The records above, so that nobody walks in a circle. */
  readonly path: readonly string[]
}

function Branches({ of, items, way, path }: BranchesProps): VNode {
  const own = [...new Map(items.filter(({ from }) => from === of).map((item) => [item.id, item])).values()]
  return (
    <ul class="branches">
      {own.slice(0, mostBranches).map((item) => (
        <Branch key={item.id} item={item} items={items} way={way} path={path} />
      ))}
      {own.length > mostBranches && <li class="muted">and {own.length - mostBranches} more</li>}
    </ul>
  )
}

function Branch({ item, items, way, path }: { item: LineageItem } & Omit<BranchesProps, 'of'>): VNode {
  const isOpen = useSignal(false)
  const found = useSignal<readonly LineageItem[] | undefined>(
    items.some(({ from }) => from === item.id) ? items : undefined,
  )
  const isLoop = path.includes(item.id)
  const toggle = (): void => {
    isOpen.value = !isOpen.value
    if (found.value === undefined) {
      void openRecord(item.collection, item.id).then(
        (detail) => (found.value = detail?.[way] ?? []),
        () => (found.value = []),
      )
    }
  }
  const isLeaf = found.value !== undefined && !found.value.some(({ from }) => from === item.id)
  return (
    <li>
      <button
        type="button"
        class="twig"
        aria-expanded={isOpen.value}
        aria-label={`Further from ${item.title.slice(0, 60)}`}
        disabled={isLoop || isLeaf}
        onClick={toggle}
      >
        {isLeaf || isLoop ? '·' : isOpen.value ? '▾' : '▸'}
      </button>
      <a href={linkTo('memory', [item.collection, item.id])}>
        <Text of={item.title || item.id} most={80} />
      </a>{' '}
      <span class="muted">
        {item.collection}, by <Text of={item.author} most={30} />
      </span>
      {isOpen.value && found.value && !isLeaf && (
        <Branches of={item.id} items={found.value} way={way} path={[...path, item.id]} />
      )}
    </li>
  )
}
