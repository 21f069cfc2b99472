import { Records } from '@skein/memory/runtime'
import type { View } from '@skein/memory'
import type { AnyRecord } from '@skein/memory/runtime'
import type { LineageNode } from '@skein/memory/types'

import type { LineageItem } from '../protocol/protocol.ts'
import { titleOf, titleOfObject } from '../text/record-title.ts'

/** Steps of a lineage that are shown, each way. */
const mostItems = 500

/** What a record was made from and what was made from it. */
export interface Lineage {
  readonly sources: readonly LineageItem[]
  readonly uses: readonly LineageItem[]
}

/**
 * Walks from a record both ways, nearest first. Objects lead on to objects, and
 * to the records of other kinds that name them as sources.
 *
 * @throws StoreError
 */
export async function lineageOf(view: View, record: AnyRecord): Promise<Lineage> {
  const isObject = record.collection === 'objects'
  const [sources, uses] = await Promise.all([sourcesOf(view, record), isObject ? usesOf(view, record) : []])
  return { sources: sources.slice(0, mostItems), uses: uses.slice(0, mostItems) }
}

async function sourcesOf(view: View, record: AnyRecord): Promise<readonly LineageItem[]> {
  const isObject = record.collection === 'objects'
  const walks = await Promise.all(
    isObject
      ? [view.objects.lineage(record, { direction: 'sources', limit: mostItems })]
      : record.derivedFrom.map((id) => fromObject(view, id)),
  )
  const items: LineageItem[] = []
  const seen = new Set<string>()
  const leadsTo = new Map(record.derivedFrom.map((id) => [id, record.id]))
  for (const node of walks.flat().toSorted((a, b) => a.distance - b.distance)) {
    if (seen.has(node.ref.id)) continue
    seen.add(node.ref.id)
    for (const id of node.derivedFrom) if (!leadsTo.has(id)) leadsTo.set(id, node.ref.id)
    items.push(toItem(node, leadsTo.get(node.ref.id) ?? record.id))
  }
  return items
}

/** An object and its own sources, one step further away. */
async function fromObject(view: View, id: string): Promise<readonly LineageNode[]> {
  const object = await view.records.get('objects', id)
  if (!object) return []
  const { author, task, tags, derivedFrom, value } = object
  const { title, ...meta } = value as Meta
  const own = { ref: { id, ...meta }, title, author, task, tags, derivedFrom, distance: 1 }
  const further = await view.objects.lineage({ id }, { direction: 'sources', limit: mostItems })
  return [own, ...further.map((node) => ({ ...node, distance: node.distance + 1 }))]
}

async function usesOf(view: View, record: AnyRecord): Promise<readonly LineageItem[]> {
  const nodes = await view.objects.lineage(record, { direction: 'uses', limit: mostItems })
  const depths = new Map([[record.id, 0], ...nodes.map(({ ref, distance }) => [ref.id, distance] as const)])
  const items = nodes.map((node) => {
    const from = node.derivedFrom.find((id) => depths.get(id) === node.distance - 1)
    return toItem(node, from ?? record.id)
  })
  const others = await Promise.all([...depths].slice(0, 50).map(([id, depth]) => recordsFrom(view, id, depth + 1)))
  const seen = new Set<string>()
  const fresh = others.flat().filter(({ collection, id }) => {
    const name = `${collection}/${id}`
    return !seen.has(name) && seen.add(name)
  })
  return [...items, ...fresh].toSorted((a, b) => a.depth - b.depth)
}

/** Kinds of record that objects are made into, beside objects. */
const others = Records.collections.filter((name) => !['objects', 'claims', 'messages', 'agents'].includes(name))

async function recordsFrom(view: View, object: string, depth: number): Promise<readonly LineageItem[]> {
  const pages = await Promise.all(
    others.map((collection) => view.records.list({ collection, derivedFrom: object, limit: 50 })),
  )
  return pages.flatMap(({ items }) =>
    items.map((item) => {
      const { collection, id, author, value } = item
      return { collection, id, author, title: titleOf(item, value), depth, from: object }
    }),
  )
}

interface Meta {
  readonly size: number
  readonly mediaType: string
  readonly title?: string
}

function toItem({ ref, title: given, author, tags, task, distance }: LineageNode, from: string): LineageItem {
  const title = titleOfObject({ ...ref, ...(given !== undefined && { title: given }) }, { task, tags })
  return { collection: 'objects', id: ref.id, title, author, depth: distance, from }
}
