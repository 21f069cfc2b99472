import { labelText, parseLabel } from '../values/access.ts'
import type { Audience, Label } from '../values/access.ts'

/** The parts of the id of a work record. */
export interface WorkId {
  /** The clearance of the principals that share the result. */
  readonly label: Label
  /** The key passed to `once`. */
  readonly key: string
  /** The ledger's kind of work: the part of the key before the first `/`. */
  readonly kind: string
}

/**
 * The id of the record for a piece of work. Callers with different clearances don't
 * share results, because one might read more than the other. The label comes first
 * and contains no space, so no key can imitate another label.
 */
export function workId(audience: Audience, key: string): string {
  return `${labelText(audience)} ${key}`
}

/** The kind of work of an id, without parsing the rest. */
function workKind(id: string): string {
  const [kind = ''] = id.slice(id.indexOf(' ') + 1).split('/', 1)
  return kind
}

/** Parses an id made by `workId`. */
export function parseWorkId(id: string): WorkId {
  const at = id.indexOf(' ')
  return { label: parseLabel(id.slice(0, Math.max(0, at))), key: id.slice(at + 1), kind: workKind(id) }
}
