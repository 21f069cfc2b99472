import { NotFoundError } from '@skein/memory'
import type { View } from '@skein/memory'
import { parseWorkId, workStateOf } from '@skein/memory/runtime'
import type { AnyRecord } from '@skein/memory/runtime'

import { InputError } from '../open/input-error.ts'

const pageSize = 1_000

/**
 * Finds results of work: by the id of a record, by the key of the work alone, or, where
 * the name ends in `…`, `...` or `*`, all whose id or key begins so.
 *
 * @param name - `work/ID`.
 * @throws NotFoundError when there is no visible one; InputError when the work is running, or the name means no work.
 */
export async function findWorks(view: View, name: string, signal: AbortSignal): Promise<readonly AnyRecord[]> {
  const wanted = /^work\/(.+)$/s.exec(name)?.[1]
  if (wanted === undefined) {
    throw new InputError(name, 'is not a result of work. Name one as work/ID; skein ls work lists them.')
  }
  const prefix = /^(.*?)(?:…|\.\.\.|\*)$/s.exec(wanted)?.[1]
  const exact = await view.records.get('work', wanted)
  const found = exact ? [exact] : await worksLike(view, wanted, prefix, signal)
  if (found.length === 0) throw new NotFoundError('work', wanted)
  const results = found.filter(isResult)
  if (results.length > 0) return results
  throw new InputError(name, 'has no result yet, so there is nothing to forget. Wait until the work has ended.')
}

async function worksLike(
  view: View,
  wanted: string,
  prefix: string | undefined,
  signal: AbortSignal,
): Promise<AnyRecord[]> {
  const isMeant = (text: string): boolean => (prefix === undefined ? text === wanted : text.startsWith(prefix))
  const found: AnyRecord[] = []
  let cursor: string | undefined
  do {
    signal.throwIfAborted()
    const page = await view.records.list({
      collection: 'work',
      limit: pageSize,
      ...(cursor !== undefined && { cursor }),
    })
    found.push(...page.items.filter(({ id }) => isMeant(id) || isMeant(parseWorkId(id).key)))
    cursor = page.cursor
  } while (cursor !== undefined)
  return found
}

function isResult({ value }: AnyRecord): boolean {
  return workStateOf(value)?.state === 'done'
}
