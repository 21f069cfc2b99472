import { OptionError } from './errors.ts'

/** The position that the cursor of a page stands for. @throws OptionError when it is none. */
export function parseCursor(cursor: string): number {
  const seq = Number(cursor)
  if (!/^\d{1,16}$/.test(cursor) || !Number.isSafeInteger(seq)) {
    throw new OptionError('cursor', 'a cursor that an earlier page gave', cursor)
  }
  return seq
}
