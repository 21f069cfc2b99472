import { fromEnvelope, toStoredEnvelope } from './error-envelope.ts'
import type { ErrorEnvelope } from './error-envelope.ts'

/**
 * Stored texts that are no JSON, which never begins with `~`.
 *
 * - `~key.check.base64`: a sealed text, see `KeyRing.sealText`.
 * - `~!` and an error: what stands in for a sealed text that could not be
 *   opened. The error belongs to whoever may see the record, and to nobody
 *   else: so it is thrown when the text is read, not when it is fetched.
 */
export function isSealed(text: string): boolean {
  return text.startsWith('~')
}

/** The id of the key that a text is sealed with. */
export function sealingKey(sealed: string): string {
  return sealed.slice(1).split('.', 1)[0] ?? ''
}

/** What stands in for a sealed text that could not be opened. */
export function unopened(error: unknown): string {
  return `~!${JSON.stringify(toStoredEnvelope(error))}`
}

/** Why a text could not be opened. */
export function whyUnopened(text: string): Error {
  return fromEnvelope(JSON.parse(text.slice(2)) as ErrorEnvelope)
}

/** @throws MissingKeyError, CorruptRecordError when a text that a store gave could not be opened. */
export function assertReadable(text: string): void {
  if (isSealed(text)) throw whyUnopened(text)
}
