import { describe, expect, it } from 'vitest'

import { EpochTable } from '../src/cache/epoch-table.ts'
import { WrittenRecords } from '../src/cache/written-records.ts'
import type { StoredRecord } from '../src/store/record.ts'

const recordOf = (id: string, seq: number): StoredRecord => ({
  collection: 'facts',
  id,
  value: '1',
  version: 1,
  seq,
  author: 'ann',
  tags: [],
  derivedFrom: [],
  sensitivity: 'public',
  compartments: [],
  createdAt: 0,
  updatedAt: 0,
})

/** What happens to the record `k`: a write of this thread, a change that is received, and anything else. */
function setUp() {
  const epochs = new EpochTable()
  const written = new WrittenRecords('facts', epochs, { maxEntries: 80, maxBytes: 1_000_000 })
  const slot = epochs.slotOf('facts', 'k')
  const receive = (seq: number): void => {
    epochs.invalidate(slot)
    epochs.setSyncedSeq(seq)
  }
  const write = (seq: number, during = (): void => {}): void => {
    const before = written.before(['k'])
    epochs.begin(slot)
    during()
    epochs.end(slot)
    written.keep([recordOf('k', seq)], before)
  }
  return { epochs, written, slot, receive, write }
}

describe('what was written', () => {
  it('is the newest once its change was received, and is taken once', () => {
    const { written, write, receive } = setUp()
    write(1)
    expect(written.take('k')).toBeUndefined()
    receive(1)
    expect(written.take('k')?.record).toEqual(recordOf('k', 1))
    expect(written.take('k')).toBeUndefined()
  })

  it('is the newest where its change was received during the write', () => {
    const { written, write, receive } = setUp()
    write(1, () => receive(1))
    expect(written.take('k')?.record.seq).toBe(1)
  })

  it.each([
    ['another thread writes', ({ epochs, slot }: ReturnType<typeof setUp>) => (epochs.begin(slot), epochs.end(slot))],
    ['another thread begins to write', ({ epochs, slot }: ReturnType<typeof setUp>) => epochs.begin(slot)],
    ['another process wrote', ({ receive }: ReturnType<typeof setUp>) => receive(2)],
    ['a newer version was read', ({ epochs, slot }: ReturnType<typeof setUp>) => epochs.noteObserved(slot, 3)],
    ['something was erased', ({ epochs }: ReturnType<typeof setUp>) => epochs.noteGoverning()],
    ['changes may be missed', ({ epochs }: ReturnType<typeof setUp>) => epochs.markDisconnected(false)],
  ])('is not, once %s', (_, happens) => {
    for (const isEarly of [false, true]) {
      const all = setUp()
      const { written, write, receive } = all
      write(1, () => {
        receive(1)
        if (isEarly) happens(all)
      })
      if (!isEarly) happens(all)
      expect(written.take('k')).toBeUndefined()
    }
  })

  it('is not where what invalidates everything took the place of its change', () => {
    const { epochs, written, write } = setUp()
    write(1)
    epochs.noteGoverning()
    epochs.setSyncedSeq(5)
    expect(written.take('k')).toBeUndefined()
  })

  it('is not where a write was under way before', () => {
    const { epochs, slot, written, write, receive } = setUp()
    epochs.begin(slot)
    write(1, () => receive(1))
    epochs.end(slot)
    expect(written.take('k')).toBeUndefined()
  })

  it('may be two records of one slot, or of one batch', () => {
    const { epochs, written, slot } = setUp()
    let other = 0
    while (epochs.slotOf('facts', `k${other}`) !== slot) other += 1
    const ids = ['k', `k${other}`]
    const before = written.before(ids)
    for (const _ of ids) epochs.begin(slot)
    for (const _ of ids) epochs.end(slot)
    for (const _ of ids) epochs.invalidate(slot)
    epochs.setSyncedSeq(2)
    written.keep(
      ids.map((id, index) => recordOf(id, index + 1)),
      before,
    )
    expect(ids.map((id) => written.take(id)?.record.id)).toEqual(ids)
  })
})
