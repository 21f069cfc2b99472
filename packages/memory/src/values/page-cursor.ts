import { OptionError } from './errors.ts'

/** Parses a page's cursor into a feed position. @throws OptionError when the cursor is invalid. */
export function parseCursor(cursor: string): number {
  const seq = Number(cursor)
  if (typeof cursor !== 'string' || !/^\d{1,16}$/.test(cursor) || !Number.isSafeInteger(seq)) {
    throw new OptionError('cursor', 'a cursor returned with an earlier page', cursor)
  }
  return seq
}
