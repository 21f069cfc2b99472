import { covers, labelText, parseLabel, publicLabel, levelIndex } from '../values/access.ts'
import type { Audience, Label } from '../values/access.ts'
import type { StoredRecord } from './record.ts'

/**
 * The id of an object: the hash of its content, plus its label unless that is
 * public. The same content under two labels is two objects, and neither reveals
 * the other. The id alone tells who may see the object.
 */
export function objectId(hash: string, { sensitivity, compartments }: Label): string {
  if (levelIndex(sensitivity) === 0 && compartments.length === 0) return hash
  return `${hash}~${labelText({ level: sensitivity, compartments })}`
}

/** Length of a SHA-256 hash in hexadecimal. */
const hashLength = 64

/** The hash of an object's content. */
export function hashOf(id: string): string {
  return id.slice(0, hashLength)
}

/** The sources of a record that an audience may see. A declassified record can have sources above the audience's clearance. */
export function visibleSources(
  { derivedFrom }: Pick<StoredRecord, 'derivedFrom'>,
  audience: Audience,
): readonly string[] {
  return derivedFrom.every((id) => id.length === hashLength)
    ? derivedFrom
    : derivedFrom.filter((id) => covers(audience, labelOf(id)))
}

function labelOf(id: string): Label {
  return id.length === hashLength ? publicLabel : parseLabel(id.slice(hashLength + 1))
}
