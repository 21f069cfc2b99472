import type { View } from '@skein/memory'
import { keyOfSource, objectInfoOf, sourceName } from '@skein/memory/runtime'
import type { AnyRecord } from '@skein/memory/runtime'
import { collectionsWith } from '@skein/memory/store'
import type { Collection } from '@skein/memory/store'
import type { LineageNode } from '@skein/memory/types'

import type { LineageItem } from '../protocol/protocol.ts'
import { objectTitle, titleOf } from '../text/record-title.ts'
import { stateOf } from './record-state.ts'

/** Items of a lineage that are shown in each direction. */
const maxItems = 500
/** Objects for which records of other kinds are looked up. */
const maxExpanded = 50

/** What a record was made from and what was made from it. */
export interface Lineage {
  readonly sources: readonly LineageItem[]
  readonly uses: readonly LineageItem[]
}

/**
 * Walks from a record in both directions, nearest first. Objects lead to objects,
 * and to records of other kinds that name them as sources. Other records lead to those next to them.
 *
 * @throws StoreError
 */
export async function lineageOf(view: View, record: AnyRecord): Promise<Lineage> {
  const isObject = record.collection === 'objects'
  const [objects, others, uses] = await Promise.all([
    sourcesOf(view, record),
    otherSourcesOf(view, record),
    isObject ? usesOf(view, record) : madeFrom(view, sourceName(record), { depth: 1, from: record.id }),
  ])
  const sources = [...others, ...objects].toSorted((a, b) => a.depth - b.depth)
  return { sources: sources.slice(0, maxItems), uses: uses.slice(0, maxItems) }
}

/** The records of other kinds that a record names as its sources, whether or not they still hold. */
async function otherSourcesOf(view: View, record: AnyRecord): Promise<readonly LineageItem[]> {
  const keys = record.derivedFrom.map((name) => keyOfSource(name)).filter((key) => key !== undefined)
  const found = await Promise.all(
    keys
      .filter(({ collection }) => shown.has(collection))
      .slice(0, maxItems)
      .map(({ collection, id }) => view.records.get(collection, id, { include: 'all' })),
  )
  return found.flatMap((source) => (source ? [recordItem(source, { depth: 1, from: record.id })] : []))
}

async function sourcesOf(view: View, record: AnyRecord): Promise<readonly LineageItem[]> {
  const isObject = record.collection === 'objects'
  const walks = await Promise.all(
    isObject
      ? [view.objects.lineage(record, { direction: 'sources', limit: maxItems })]
      : record.derivedFrom
          .filter((name) => keyOfSource(name)?.collection === 'objects')
          .map((id) => objectWithSources(view, id)),
  )
  const items: LineageItem[] = []
  const seen = new Set<string>()
  const nextToRecord = new Map(record.derivedFrom.map((id) => [id, record.id]))
  for (const node of walks.flat().toSorted((a, b) => a.distance - b.distance)) {
    if (seen.has(node.ref.id)) continue
    seen.add(node.ref.id)
    for (const id of node.derivedFrom) if (!nextToRecord.has(id)) nextToRecord.set(id, node.ref.id)
    items.push(toItem(node, nextToRecord.get(node.ref.id) ?? record.id))
  }
  return items
}

/** An object at distance 1, followed by its own sources. */
async function objectWithSources(view: View, id: string): Promise<readonly LineageNode[]> {
  const record = await view.records.get('objects', id, { include: 'all' })
  const object = record && objectInfoOf(record.value)
  if (!object) return []
  const { author, task, tags, derivedFrom, correction, doubts } = record
  const { title, ...meta } = object
  const held = { ...(correction && { correction }), ...(doubts && { doubts }) }
  const first = { ref: { id, ...meta }, title, author, task, tags, derivedFrom, distance: 1, ...held }
  const rest = await view.objects.lineage({ id }, { direction: 'sources', limit: maxItems })
  return [first, ...rest.map((node) => ({ ...node, distance: node.distance + 1 }))]
}

async function usesOf(view: View, record: AnyRecord): Promise<readonly LineageItem[]> {
  const nodes = await view.objects.lineage(record, { direction: 'uses', limit: maxItems })
  const depths = new Map([[record.id, 0], ...nodes.map(({ ref, distance }) => [ref.id, distance] as const)])
  const objects = nodes.map((node) => {
    const from = node.derivedFrom.find((id) => depths.get(id) === node.distance - 1)
    return toItem(node, from ?? record.id)
  })
  const found = await Promise.all(
    [...depths].slice(0, maxExpanded).map(([id, depth]) => madeFrom(view, id, { depth: depth + 1, from: id })),
  )
  const seen = new Set<string>()
  const others = found.flat().filter(({ collection, id }) => {
    const key = `${collection}/${id}`
    return !seen.has(key) && seen.add(key)
  })
  return [...objects, ...others].toSorted((a, b) => a.depth - b.depth)
}

/** Kinds of record that are made from others, besides what is said about them. */
const derived = collectionsWith('derived').filter((name) => name !== 'corrections')
/** Those that a walk over objects does not find. */
const shown: ReadonlySet<Collection> = new Set(derived.filter((name) => name !== 'objects'))

/** Where an item is in a walk. */
type Place = Pick<LineageItem, 'depth' | 'from'>

/** What names something as its source. From objects, other objects are found by a walk of their own. */
async function madeFrom(view: View, source: string, place: Place): Promise<readonly LineageItem[]> {
  const kinds = keyOfSource(source)?.collection === 'objects' ? [...shown] : derived
  const pages = await Promise.all(
    kinds.map((collection) => view.records.list({ collection, derivedFrom: source, limit: 50, include: 'all' })),
  )
  return pages.flatMap(({ items }) => items.map((item) => recordItem(item, place)))
}

function recordItem(record: AnyRecord, place: Place): LineageItem {
  const { collection, id, author, value } = record
  const state = stateOf(record)
  return { collection, id, author, title: titleOf(record, value), ...place, ...(state && { state }) }
}

function toItem(node: LineageNode, from: string): LineageItem {
  const { ref, title, author, tags, task, distance } = node
  const state = stateOf(node)
  const text = objectTitle({ ...ref, ...(title !== undefined && { title }) }, { task, tags })
  return { collection: 'objects', id: ref.id, title: text, author, depth: distance, from, ...(state && { state }) }
}
