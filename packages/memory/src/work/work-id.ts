import { labelText, parseLabel } from '../values/access.ts'
import type { Audience, Label } from '../values/access.ts'

/** What the id of a work's record says. */
export interface WorkId {
  /** The clearance of those who share the result. */
  readonly label: Label
  /** The key that the asker gave. */
  readonly key: string
  /** What the ledger counts it under: what stands before the first `/` of its key. */
  readonly kind: string
}

/**
 * The id of the record of a work. Results for askers of different clearance stay
 * apart: what one could read, another might not. The label comes first and has no
 * space in it, so no key can reach into another label.
 */
export function workId(audience: Audience, key: string): string {
  return `${labelText(audience)} ${key}`
}

/** Reads what {@link workId} made. */
export function parseWorkId(id: string): WorkId {
  const at = id.indexOf(' ')
  const key = id.slice(at + 1)
  const [kind = ''] = key.split('/', 1)
  return { label: parseLabel(id.slice(0, Math.max(0, at))), key, kind }
}
