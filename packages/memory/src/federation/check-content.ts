import { hash as digest } from 'node:crypto'

import { isCorrection } from '../corrections/correction.ts'
import type { StoredCorrection } from '../corrections/correction.ts'
import { requireLevel } from '../values/access.ts'
import { ValueError } from '../values/errors.ts'
import { encodeJson } from '../values/json.ts'
import { hashOf, objectId } from '../store/object-id.ts'
import { requireIds, requireInteger, requireStrings } from '../values/require-option.ts'
import { correctedKey } from '../store/correction-key.ts'
import type { RecordKey, RecordMeta } from '../store/record.ts'
import type { Content, SentRecord, ToldErasure } from './content.ts'
import { compareEntries, isSameDot } from './fact-state.ts'
import type { FactState } from './fact-state.ts'
import { hasTrait } from '../store/collections.ts'

/**
 * Checks received content by the rules for agents' writes, so that a message
 * can't bring anything into the store that an agent could not write.
 *
 * @returns the same content.
 * @throws OptionError, ValueError
 */
export function checkContent(content: Content): Content {
  switch (content.kind) {
    case 'fact':
      requireStrings('key', [content.key])
      checkState(content.state)
      return content
    case 'record':
      requireIds('id', [content.key.id])
      require(hasTrait(content.key.collection, 'shared') && !ownKinds.has(content.key.collection), 'collection')
      checkRecord(content)
      if (content.key.collection === 'corrections') checkCorrection(content)
      return content
    case 'object':
      require(digest('sha256', content.bytes, 'hex') === hashOf(content.id), 'bytes')
      require(objectId(hashOf(content.id), content.meta) === content.id, 'label')
      checkRecord(content)
      return content
    case 'erasure':
      checkErasure(content)
      return content
    default:
      return content
  }
}

/** Records of these collections arrive as messages of their own kinds. */
const ownKinds: ReadonlySet<string> = new Set(['facts', 'objects'])

function checkState({ entries, context, erased }: FactState): void {
  if (erased !== undefined) for (const number of [erased.ms, erased.count]) requireInteger('erased', number, 0)
  for (const { node, n, ms, count, at, value, meta, expiresAt } of entries) {
    requireStrings('node', [node])
    for (const number of [n, ms, count, at]) requireInteger('number', number, 0)
    if (value !== null) checkValue(value)
    checkMeta(meta)
    if (expiresAt !== undefined) requireInteger('expiresAt', expiresAt, 0)
  }
  for (const [node, n] of context) {
    requireStrings('node', [node])
    requireInteger('number', n, 0)
  }
  const isOrdered = entries.every((entry, index) => {
    const next = entries[index + 1]
    return next === undefined || (compareEntries(entry, next) < 0 && !isSameDot(entry, next))
  })
  require(isOrdered && context.every(([node], index) => index === 0 || (context[index - 1]?.[0] ?? '') < node), 'order')
}

function checkErasure({ id, author, at, reason, derived, names, sensitivity, compartments }: ToldErasure): void {
  requireIds('id', [id])
  // Its plan is stored under keys that begin with it.
  require(!id.includes('/'), 'id')
  requireStrings('author', [author, reason])
  requireInteger('at', at, 0)
  require(derived === 'keep' || derived === 'report' || derived === 'forget', 'derived')
  requireLevel('sensitivity', sensitivity)
  requireStrings('compartments', compartments)
  require(Array.isArray(names) && names.length > 0, 'names')
  for (const [collection, name, ms, count] of names) {
    require(hasTrait(collection, 'shared') && hasTrait(collection, 'forgettable'), 'names')
    requireIds('names', [name])
    if (collection === 'facts') for (const number of [ms, count]) requireInteger('names', number, 0)
  }
}

function checkRecord({ value, meta, expiresAt }: SentRecord): void {
  checkValue(value)
  checkMeta(meta)
  if (expiresAt !== undefined) requireInteger('expiresAt', expiresAt, 0)
}

/** What withdraws a record must be about one that can be corrected, and a confirmation about one that may rest on others. */
function checkCorrection({ key, value }: { readonly key: RecordKey } & SentRecord): void {
  const about = correctedKey(key)?.collection
  const said: unknown = JSON.parse(value)
  require(isCorrection(said), 'value')
  const trait = (said as StoredCorrection).state === 'confirmed' ? 'derived' : 'correctable'
  require(about !== undefined && hasTrait(about, trait), 'id')
}

/** Accepts only JSON text that is exactly what this memory's encoder produces. */
function checkValue(value: string): void {
  require(typeof value === 'string' && encodeJson(JSON.parse(value)) === value, 'value')
}

function checkMeta({ author, task, tags, importance, derivedFrom, sensitivity, compartments }: RecordMeta): void {
  requireStrings('author', [author])
  if (task !== undefined) requireStrings('task', [task])
  requireStrings('tags', tags)
  requireIds('derivedFrom', derivedFrom)
  requireStrings('compartments', compartments)
  requireLevel('sensitivity', sensitivity)
  require(importance === undefined || (importance >= 0 && importance <= 1), 'importance')
}

function require(isTrue: boolean, what: string): void {
  if (!isTrue) throw new ValueError(`$.${what}`, 'an invalid field', 'Send content as a memory writes it.')
}
