import { covers, parseLabel, publicLabel } from '../values/access.ts'
import type { Audience, Label } from '../values/access.ts'
import { collections } from './collections.ts'
import type { Collection } from './collections.ts'
import { hashLength } from './object-id.ts'
import type { RecordKey, StoredRecord } from './record.ts'

// What a record was derived from is a list of names, in one of these forms:
//
//   <id of an object>   an object
//   <collection>/<id>   another record
//   @<subject>          whom or what the record is about
//   ~<name>             one of the last two that is not shown: it was read, not given as a source, or the record has been
//                       declassified since
//
// Stores keep an index by them, so what was derived from something, or is about somebody, is found without a search.

const subjectMark = '@'
const hiddenMark = '~'
/** A hash, and where it is not public, a label. */
const objectForm = /^[0-9a-f]{64}(?:~|$)/

/** The name of a record as a source. */
export function sourceName({ collection, id }: RecordKey): string {
  return collection === 'objects' ? id : `${collection}/${id}`
}

/** The name of a subject as a source. */
export function subjectSource(subject: string): string {
  return subjectMark + subject
}

/** The form of a source that is not shown. An object's id tells by itself who may see it. */
export function hiddenSource(name: string): string {
  return name.startsWith(hiddenMark) || isObjectId(name) ? name : hiddenMark + name
}

/** All forms under which a record or a subject may be named as a source. */
export function formsOfSource(name: string): readonly string[] {
  return isObjectId(name) ? [name] : [name, hiddenMark + name]
}

/** The name of what a source means, in the form that is shown. */
export function shownSource(name: string): string {
  return name.startsWith(hiddenMark) ? name.slice(hiddenMark.length) : name
}

/** The record that a name means; `undefined` for a subject, or a name that means nothing. */
export function keyOfSource(name: string): RecordKey | undefined {
  if (isObjectId(name)) return { collection: 'objects', id: name }
  const shown = shownSource(name)
  const end = shown.indexOf('/')
  const collection = shown.slice(0, Math.max(0, end))
  return Object.hasOwn(collections, collection)
    ? { collection: collection as Collection, id: shown.slice(end + 1) }
    : undefined
}

/** Whether a name is the id of an object. */
export function isObjectId(name: string): boolean {
  return objectForm.test(name)
}

/** The subjects of a record. */
export function subjectsOf({ derivedFrom }: Pick<StoredRecord, 'derivedFrom'>): readonly string[] {
  return derivedFrom.flatMap((name) => (name.startsWith(subjectMark) ? [name.slice(subjectMark.length)] : []))
}

/** The sources of a record that an audience may see. A declassified record can have sources above the audience's clearance. */
export function visibleSources(
  { derivedFrom }: Pick<StoredRecord, 'derivedFrom'>,
  audience: Audience,
): readonly string[] {
  return derivedFrom.every((name) => name.length === hashLength && isObjectId(name))
    ? derivedFrom
    : derivedFrom.filter((name) => isShown(name, audience))
}

function isShown(name: string, audience: Audience): boolean {
  if (!isObjectId(name)) return keyOfSource(name) !== undefined && !name.startsWith(hiddenMark)
  return covers(audience, labelOf(name))
}

function labelOf(id: string): Label {
  return id.length === hashLength ? publicLabel : parseLabel(id.slice(hashLength + 1))
}
