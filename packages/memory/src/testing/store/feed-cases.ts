import { expect, it } from 'vitest'

import type { Change } from '../../store/change.ts'
import type { StoreContractOptions } from '../store-contract-options.ts'
import { freshStore, set } from './fresh-store.ts'

/** The feed of changes. */
export function storeFeedCases(options: StoreContractOptions): void {
  const fresh = freshStore(options)
  const { write } = fresh

  it('lists every change in order, from any position', async () => {
    await write(set('a', 1), set('b', 1))
    await write({ type: 'delete', key: { collection: 'facts', id: 'a' }, author: 'bob' })
    const { changes, last, trimmed } = await fresh.store.changes(1, 10)
    expect({ last, trimmed }).toEqual({ last: 3, trimmed: false })
    expect(changes).toMatchObject([
      { seq: 2, op: 'set', collection: 'facts', id: 'b', version: 1, author: 'ann' },
      { seq: 3, op: 'delete', collection: 'facts', id: 'a', version: 2, author: 'bob' },
    ])
    expect((await fresh.store.changes(0, 1)).changes).toHaveLength(1)
  })

  it('calls back after changes, in order', async () => {
    const seen: Change[] = []
    const unwatch = fresh.store.watch((change) => seen.push(change))
    await Promise.all(['a', 'b', 'c'].map((id) => write(set(id, 1))))
    await expect.poll(() => seen.map(({ seq }) => seq)).toEqual([1, 2, 3])
    unwatch()
    await write(set('d', 1))
    expect(seen).toHaveLength(3)
  })

  it('calls back once a change can be read, and the feed holds it', async () => {
    const found: unknown[] = []
    const reads: Promise<void>[] = []
    const unwatch = fresh.store.watch(({ collection, id, version, seq }) => {
      const [read, feed] = [fresh.store.read([{ collection, id }]), fresh.store.changes(seq - 1, 1)]
      const note = async (): Promise<void> => {
        found.push([(await read)[0]?.version === version, (await feed).changes[0]?.seq === seq])
      }
      reads.push(note())
    })
    for (let count = 1; count <= 3; count += 1) {
      await write(set('a', count))
      await expect.poll(() => reads.length).toBe(count)
      await Promise.all(reads)
    }
    unwatch()
    expect(found).toEqual([1, 2, 3].map(() => [true, true]))
  })

  it.skipIf(!options.reopen)('reports changes that another process made', async () => {
    const other = await (await options.reopen?.())?.open('space', 'writer')
    const change = new Promise<Change>((resolve) => fresh.store.watch(resolve))
    await other?.write([set('a', 1)])
    expect(await change).toMatchObject({ seq: 1, id: 'a' })
    await other?.[Symbol.asyncDispose]()
  })
}
