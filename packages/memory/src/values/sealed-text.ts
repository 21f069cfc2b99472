import { CorruptRecordError, MissingKeyError } from './errors.ts'
import { HistoryError } from './history-error.ts'

/**
 * Whether a stored text is sealed. Such texts begin with `~`, JSON never does:
 *
 * - `~key.2-check.base64`: sealed text, see `KeyRing.sealText`. In a record a tag follows, see `atPosition`.
 * - `~key.check.base64`: its first form, which bound neither labels nor positions.
 * - `~!` and an error: a placeholder for a text that could not be opened, or is not kept.
 *   Only principals who may see the record may see the error, so it is thrown
 *   when the text is decoded, not when the record is fetched.
 */
export function isSealed(text: string): boolean {
  return text.startsWith('~')
}

/** The id of the key that sealed a text. */
export function sealingKey(sealed: string): string {
  return sealed.slice(1).split('.', 1)[0] ?? ''
}

/** The placeholder for a sealed text that could not be opened because of this error. */
export function unopened(error: unknown): string {
  const reason: UnopenedReason =
    error instanceof MissingKeyError
      ? { missing: error.keyId, isOther: error.isOther }
      : error instanceof HistoryError
        ? { asOf: error.asOf, reachesTo: error.reachesTo, of: error.of }
        : { damaged: error instanceof Error ? error.message : String(error) }
  return `~!${JSON.stringify(reason)}`
}

/** Restores the error from a placeholder made by {@link unopened}. */
export function whyUnopened(text: string): MissingKeyError | CorruptRecordError | HistoryError {
  const reason = JSON.parse(text.slice(2)) as UnopenedReason
  if ('asOf' in reason) return new HistoryError(reason.asOf, reason.reachesTo, reason.of)
  return 'missing' in reason
    ? new MissingKeyError(reason.missing, reason.isOther)
    : new CorruptRecordError('read', reason.damaged)
}

type UnopenedReason =
  | { readonly missing: string; readonly isOther: boolean }
  | { readonly damaged: string }
  | { readonly asOf: number; readonly reachesTo: number; readonly of: string | undefined }

/** @throws MissingKeyError, CorruptRecordError when a text read from a store could not be opened. */
export function assertReadable(text: string): void {
  if (isSealed(text)) throw whyUnopened(text)
}
