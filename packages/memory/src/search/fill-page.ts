import type { SearchAnswer } from '../store/query.ts'
import type { StoredRecord } from '../store/record.ts'

/**
 * As many of the best as were asked for, as if those that must not be shown were not there: asks for more where some of
 * the best are left out.
 *
 * @param search - Finds so many of the best.
 * @param shown - Those of them that may be shown, in the same order.
 */
export async function fillPage(
  limit: number,
  search: (limit: number) => Promise<SearchAnswer>,
  shown: (records: readonly StoredRecord[]) => readonly StoredRecord[] | Promise<readonly StoredRecord[]>,
): Promise<SearchAnswer> {
  for (let asked = limit; ; asked *= 4) {
    const answer = await search(asked)
    const records = await shown(answer.records)
    if (records.length > limit) return firstOf(answer, records.slice(0, limit))
    if (records.length === limit || answer.scores.size < asked) return { ...answer, records }
  }
}

/** The scores end with the last record, since the next page begins below them. */
function firstOf({ scores }: SearchAnswer, records: readonly StoredRecord[]): SearchAnswer {
  const last = records.at(-1)?.seq
  const upTo = [...scores.keys()].findIndex((seq) => seq === last)
  return { records, scores: new Map([...scores].slice(0, upTo + 1)) }
}
