import { hasTrait } from '@skein/memory/store'
import type { Guard, Mutation, RangeCheckMutation } from '@skein/memory/store'

import { indexesOf, indexesOfFilter } from './index-names.ts'
import { contentChecksum } from './row-content.ts'
import { encodeLabel, encodeName, encodeTask } from './row-fields.ts'

/** The arguments of a mutation, whose fields `lua/write.lua` names. Those of the same kind are read once. */
export type MutationArguments = [kind: string, version: string, sum: string, name: string, content: string]

/**
 * The arguments of a mutation for `lua/write.lua`.
 *
 * @param content - Of `contentOf` or `resealedContent`.
 * @param size - Of the first mutation of a batch, how many it has; 1 of all others.
 */
export function mutationArguments(mutation: Mutation, content: string, size: number): MutationArguments {
  if (mutation.type === 'check-range') return rangeArguments(mutation, size)
  const { type, key, ifVersion, guard, over } = mutation
  const { collection, id } = key
  const isSet = type === 'set'
  const asVersion = isSet ? mutation.asVersion : undefined
  const positionKey = isSet ? mutation.positionKey : undefined
  const ttlMs = isSet || type === 'touch' ? mutation.ttlMs : undefined
  const author = isSet ? mutation.meta.author : type === 'delete' ? mutation.author : ''
  const contents = isSet ? mutation.needs : type === 'delete' ? mutation.drops : undefined
  const conditions =
    asVersion === undefined && positionKey === undefined && contents === undefined && guard === undefined
      ? ''
      : ` ${asVersion ?? '-'} ${positionKey ?? '-'} ${contents?.map(encodeName).join(',') ?? '-'} ${guardFields(guard)}`
  const kind =
    `${type} ${collection} ${over ? encodeLabel(over.level, over.compartments) : '-'} ${keptBy(mutation)} ` +
    `${ttlMs ?? '-'} ${isSet ? indexesOf(collection, mutation.meta) : '-'} ` +
    `${isSet ? encodeLabel(mutation.meta.sensitivity, mutation.meta.compartments) : '-'} ` +
    `${isSet ? encodeTask(mutation.meta.task) : '-'} ${encodeName(author)}${conditions}`
  return [kind, versionAndSize(ifVersion, size), contentChecksum(key, content), encodeName(id), content]
}

/** The check of a range has other things in the places of a write. */
function rangeArguments({ key, filter, after, incarnation }: RangeCheckMutation, size: number): MutationArguments {
  const { collection, id: prefix } = key
  const { audience, author, notAuthor, since = '-', until = '-' } = filter
  const kind =
    `check-range ${collection} ${audience ? encodeLabel(audience.level, audience.compartments) : '-'} - ` +
    `${after} ${indexesOfFilter({ ...filter, collection })} ${since} ${until} ${encodeName(author ?? '')}`
  return [kind, versionAndSize(undefined, size), incarnation ?? '-', encodeName(prefix), encodeName(notAuthor ?? '')]
}

function versionAndSize(ifVersion: number | undefined, size: number): string {
  return size === 1 ? `${ifVersion ?? '-'}` : `${ifVersion ?? '-'} ${size}`
}

/** How many past versions a write keeps, as `lua/write.lua` takes it. */
function keptBy(mutation: Mutation): string {
  const { type, key } = mutation
  if ((type !== 'set' && type !== 'delete') || !hasTrait(key.collection, 'recalled')) return '-'
  if (!mutation.keeps) return type === 'delete' ? 'none' : '-'
  const { versions } = mutation.keeps
  return Number.isFinite(versions) ? `${versions}` : 'all'
}

function guardFields(guard: Guard | undefined): string {
  return guard ? `${guard.version} ${guard.key.collection} ${guard.key.id}` : '- - '
}
