import { CorruptRecordError, MissingKeyError } from './errors.ts'

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
  const why: Why =
    error instanceof MissingKeyError
      ? { missing: error.keyId, isOther: error.isOther }
      : { damaged: error instanceof Error ? error.message : String(error) }
  return `~!${JSON.stringify(why)}`
}

/** Why a text could not be opened. */
export function whyUnopened(text: string): MissingKeyError | CorruptRecordError {
  const why = JSON.parse(text.slice(2)) as Why
  return 'missing' in why ? new MissingKeyError(why.missing, why.isOther) : new CorruptRecordError('read', why.damaged)
}

type Why = { readonly missing: string; readonly isOther: boolean } | { readonly damaged: string }

/** @throws MissingKeyError, CorruptRecordError when a text that a store gave could not be opened. */
export function assertReadable(text: string): void {
  if (isSealed(text)) throw whyUnopened(text)
}
