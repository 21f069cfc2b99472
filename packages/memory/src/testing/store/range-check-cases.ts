import { expect, it } from 'vitest'

import type { RangeCheckMutation } from '../../store/mutation.ts'
import type { RecordFilter } from '../../store/query.ts'
import { until } from '../patience.ts'
import type { StoreContractOptions } from '../store-contract-options.ts'
import { freshStore, meta, observe, set } from './fresh-store.ts'

/** Checks within a batch that a list would show nothing more by now. */
export function storeRangeCheckCases(options: StoreContractOptions): void {
  const fresh = freshStore(options)
  const { write } = fresh

  const position = async (): Promise<Pick<RangeCheckMutation, 'after' | 'incarnation'>> => {
    const { last: after, incarnation } = await fresh.store.changes(Number.MAX_SAFE_INTEGER, 1)
    return { after, incarnation }
  }
  /** Whether nothing of a range was written since a position. */
  const holds = async (
    at: Pick<RangeCheckMutation, 'after' | 'incarnation'>,
    { collection = 'facts', ...filter }: Partial<RecordFilter> = {},
    prefix = '',
  ): Promise<boolean> => {
    const check = { type: 'check-range', key: { collection, id: prefix }, filter, ...at } as const
    const commit = await fresh.store.write([check, set('outcome', 1, { key: { collection: 'alerts', id: 'outcome' } })])
    if (!commit.ok) expect(commit.refusal).toEqual({ index: 0, reason: 'version', current: undefined })
    return commit.ok
  }

  it('refuses a batch when a record of the range was written', async () => {
    await write(set('a/1', 1))
    const at = await position()
    expect(await holds(at)).toBe(true)
    await write(set('b', 1))
    expect(await holds(at)).toBe(false)
    expect(await holds(at, {}, 'a/')).toBe(true)
    expect(await holds(at, { collection: 'observations' })).toBe(true)
    await write(set('a/1', 2))
    expect(await holds(at, {}, 'a/')).toBe(false)
    expect(await holds(await position())).toBe(true)
  })

  it('looks at every part of a filter', async () => {
    const at = await position()
    const label = { sensitivity: 'internal', compartments: ['hr'] } as const
    const derivedFrom = ['facts/source', 'facts/other']
    const about = { task: 't,%', tags: ['x', 'y z'], author: 'Zoë B', derivedFrom, ...label }
    const [written] = await write(observe('o', 'text', about))
    const now = written?.updatedAt ?? 0
    const collection = 'observations'
    const audience = { level: 'internal', compartments: ['hr', 'it'] } as const
    const within: Partial<RecordFilter>[] = [
      { task: 't,%' },
      { author: 'Zoë B' },
      { notAuthor: 'Zoë' },
      { tags: ['y z', 'x'] },
      { derivedFrom: 'facts/source' },
      { audience },
      { since: now, until: now + 1 },
      { task: 't,%', author: 'Zoë B', tags: ['x'], audience, since: now },
    ]
    for (const filter of within) expect(await holds(at, { collection, ...filter }), JSON.stringify(filter)).toBe(false)
    const without: Partial<RecordFilter>[] = [
      { task: 't' },
      { author: 'Zoë' },
      { notAuthor: 'Zoë B' },
      { tags: ['x', 'y'] },
      { derivedFrom: 'facts/sourc' },
      { audience: { level: 'internal', compartments: [] } },
      { audience: { level: 'public', compartments: ['hr'] } },
      { since: now + 1 },
      { until: now },
    ]
    for (const filter of without) expect(await holds(at, { collection, ...filter }), JSON.stringify(filter)).toBe(true)
  })

  it('does not count what is gone again, deleted or expired', async () => {
    const at = await position()
    const [short] = await write(set('short', 1, { ttlMs: 1 }), set('gone', 1))
    await write({ type: 'delete', key: set('gone', 0).key, author: 'ann' })
    await until(() => fresh.store.now() > (short?.expiresAt ?? Infinity), '"short" expires')
    expect(await holds(at)).toBe(true)
  })

  it('looks at what batches of the same turn write before it', async () => {
    const at = await position()
    const key = { collection: 'facts', id: '' } as const
    const check = { type: 'check-range', key, filter: {}, ...at } as const
    const commits = await Promise.all([
      fresh.store.write([check, set('a', 1)]),
      fresh.store.write([check, set('b', 1)]),
      fresh.store.write([set('c', 1)]),
    ])
    expect(commits.map(({ ok }) => ok)).toEqual([true, false, true])
  })

  it('refuses a position or an incarnation that the feed does not have', async () => {
    await write(set('a', 1))
    const { after, incarnation } = await position()
    expect(await holds({ after: after + 1_000 })).toBe(false)
    expect(await holds({ after })).toBe(true)
    if (incarnation !== undefined) expect(await holds({ after, incarnation: 'another' })).toBe(false)
  })

  it('takes what an audience may not see as absent, in checks of single records too', async () => {
    const secret = { ...meta, sensitivity: 'internal' } as const
    const [made] = await write(set('a', 1, { meta: secret }))
    const check = (ifVersion: number) => {
      const over = { level: 'public', compartments: [] } as const
      return { type: 'check', key: set('a', 0).key, ifVersion, over } as const
    }
    await write(check(0))
    const refused = await fresh.store.write([check(made?.version ?? 0)])
    expect(refused).toMatchObject({ ok: false, refusal: { reason: 'version', current: undefined } })
  })
}
