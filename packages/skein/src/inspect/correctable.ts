import type { View } from '@skein/memory'
import type { AnyRecord } from '@skein/memory/runtime'
import { collectionsWith, hasTrait } from '@skein/memory/store'
import type { Collection, CollectionTrait, CollectionWith } from '@skein/memory/store'

import { InputError } from '../open/input-error.ts'
import { findRecord } from './find-record.ts'

/** A record of a kind with a trait. */
export type RecordWith<Trait extends CollectionTrait> = AnyRecord & { readonly collection: CollectionWith<Trait> }

/** What corrections write: the record, why, alerts to authors, and results of work that go. */
export const writtenByCorrections: readonly Collection[] = [
  ...collectionsWith('correctable'),
  'corrections',
  'alerts',
  'work',
]

/**
 * Finds a record that is named as `collection/id`; the id may be shortened.
 *
 * @throws InputError when its kind does not have the trait; NotFoundError
 */
export async function findNamed<Trait extends CollectionTrait>(
  view: View,
  name: string,
  trait: Trait,
): Promise<RecordWith<Trait>> {
  const end = name.indexOf('/')
  const collection = name.slice(0, Math.max(0, end)) as Collection
  if (!hasTrait(collection, trait)) {
    throw new InputError(name, `is no record of these kinds. Write it as ${collectionsWith(trait).join('/ID, ')}/ID.`)
  }
  const record = await findRecord(view, collection, name.slice(end + 1))
  return { ...record, collection }
}
