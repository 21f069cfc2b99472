import type { Ref, View } from '@skein/memory'
import { objectInfoOf } from '@skein/memory/runtime'
import type { AnyRecord } from '@skein/memory/runtime'
import { collectionsWith } from '@skein/memory/store'
import type { LineageNode } from '@skein/memory/types'

import { InputError } from '../open/input-error.ts'

/** A record from which another one was made, or the other way round. */
export interface LineageStep {
  readonly collection: string
  readonly id: string
  readonly author?: string
  /** How many steps away. */
  readonly distance: number
}

/** The lineage of a record. */
export interface RecordLineage {
  /** What the record was made from. */
  readonly sources: readonly LineageStep[]
  /** What was made from the record. */
  readonly uses: readonly LineageStep[]
}

const maxUses = 50

/** Looks up the lineage of a record; that of an object over all steps. */
export async function lineageOf(view: View, record: AnyRecord): Promise<RecordLineage> {
  if (record.collection !== 'objects') {
    return { sources: record.derivedFrom.map((id) => ({ collection: 'objects', id, distance: 1 })), uses: [] }
  }
  const [sources, uses] = await Promise.all([
    view.objects.lineage(record, { direction: 'sources', limit: maxUses }),
    usesOf(view, record),
  ])
  return { sources: sources.map(objectStep), uses }
}

/** What was made from an object, over all steps. */
export async function usesOf(view: View, { id }: Pick<Ref, 'id'>): Promise<LineageStep[]> {
  const objects = await view.objects.lineage({ id }, { direction: 'uses', limit: maxUses })
  const pages = await Promise.all(
    collectionsWith('derived')
      .filter((collection) => collection !== 'objects')
      .map((collection) => view.records.list({ collection, derivedFrom: id, limit: maxUses })),
  )
  const records = pages.flatMap(({ items }) =>
    items.map(({ collection, id: use, author }) => ({ collection, id: use, author, distance: 1 })),
  )
  return [...objects.map(objectStep), ...records]
}

function objectStep({ ref, author, distance }: LineageNode): LineageStep {
  return { collection: 'objects', id: ref.id, author, distance }
}

/** The handle of an object. @throws InputError when the record describes none. */
export function refOf({ id, value }: AnyRecord): Ref {
  const info = objectInfoOf(value)
  if (!info) throw new InputError(`objects/${id}`, 'does not describe an object. Run skein doctor on the store.')
  return { id, size: info.size, mediaType: info.mediaType }
}
