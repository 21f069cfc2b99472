import { asHeld, labelText, levelIndex } from '../values/access.ts'
import type { Label } from '../values/access.ts'

/**
 * The id of an object: the hash of its content, plus its label unless that is
 * public. The same content under two labels is two objects, and neither reveals
 * the other. The id alone tells who may see the object.
 */
export function objectId(hash: string, label: Label): string {
  const { sensitivity, compartments } = asHeld(label)
  if (levelIndex(sensitivity) === 0 && compartments.length === 0) return hash
  return `${hash}~${labelText({ level: sensitivity, compartments })}`
}

/** Length of a SHA-256 hash in hexadecimal. */
export const hashLength = 64

/** The hash of an object's content. */
export function hashOf(id: string): string {
  return id.slice(0, hashLength)
}
