import { hasTrait } from '@skein/memory/store'
import type { Guard, Mutation, RangeCheckMutation } from '@skein/memory/store'

import { indexesOf, indexesOfFilter } from './index-names.ts'
import { contentChecksum } from './row-content.ts'
import { encodeLabel, encodeName, encodeTask } from './row-fields.ts'

/**
 * The arguments of a mutation for `lua/write.lua`, which names the fields of the
 * header. Each argument costs both sides time: there are two.
 *
 * @param content - Of `contentOf` or `resealedContent`.
 * @param left - How many mutations of its batch are left, this one included.
 */
export function mutationArguments(
  mutation: Mutation,
  content: string,
  left: number,
): [header: string, content: string] {
  if (mutation.type === 'check-range') return [rangeHeader(mutation, left), encodeName(mutation.filter.notAuthor ?? '')]
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
  const header =
    `${left} ${type} ${collection} ${over ? encodeLabel(over.level, over.compartments) : '-'} ${ifVersion ?? '-'} ` +
    `${keptBy(mutation)} ${ttlMs ?? '-'} ${isSet ? indexesOf(collection, mutation.meta) : '-'} ${contentChecksum(key, content)} ` +
    `${isSet ? encodeLabel(mutation.meta.sensitivity, mutation.meta.compartments) : '-'} ` +
    `${isSet ? encodeTask(mutation.meta.task) : '-'} ${encodeName(author)} ${encodeName(id)}${conditions}`
  return [header, content]
}

/** The header of a check of a range; its content is the author that is left out. */
function rangeHeader({ key, filter, after, incarnation }: RangeCheckMutation, left: number): string {
  const { collection, id: prefix } = key
  const { audience, author, since = '-', until = '-' } = filter
  return (
    `${left} check-range ${collection} ${audience ? encodeLabel(audience.level, audience.compartments) : '-'} - - ` +
    `${after} ${indexesOfFilter({ ...filter, collection })} ${incarnation ?? '-'} ${since} ${until} ` +
    `${encodeName(author ?? '')} ${encodeName(prefix)}`
  )
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
