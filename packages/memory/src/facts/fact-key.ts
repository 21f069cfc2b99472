import type { RecordKey } from '../store/record.ts'
import { requireInteger, requireStrings } from '../values/require-option.ts'

/** The key of a fact's record. */
export function recordKey(key: string): RecordKey & { readonly collection: 'facts' } {
  return { collection: 'facts', id: key }
}

/** @throws OptionError */
export function requireKey(key: string): void {
  requireStrings('key', [key])
}

/** Stores would compare another value in different ways. @throws OptionError */
export function requireVersion(ifVersion: number | undefined): void {
  if (ifVersion !== undefined) requireInteger('ifVersion', ifVersion, 0)
}
