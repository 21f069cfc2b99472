import { openMemory } from '@skein/memory'
import { sqliteStore } from '@skein/sqlite'
import Database from 'better-sqlite3'
import { describe, expect, it } from 'vitest'

import { temporaryPath } from './temporary.ts'

describe('the feed', () => {
  it('is trimmed of changes that exceed both its number and its age, and says so', async () => {
    const path = temporaryPath()
    const driver = sqliteStore({ path, maxChanges: 3, maxChangeAgeMs: 1 })
    await using store = await driver.open('default', 'writer')
    await using memory = await openMemory({ store: driver })
    const view = memory.as({ id: 'me', role: 'test' })
    const { facts } = view
    for (let n = 0; n < 10; n += 1) await facts.set('k', n)
    const written = await facts.read('k')
    while (Date.now() <= (written?.updatedAt ?? 0) + 1) await new Promise((resolve) => setImmediate(resolve))
    await store.sweep(100)
    expect(await store.changes(0, 100)).toMatchObject({
      trimmed: true,
      last: 10,
      changes: [{ seq: 8 }, { seq: 9 }, { seq: 10 }],
    })
    expect(await store.changes(7, 100)).toMatchObject({ trimmed: false })
    await expect(view.watch('', { after: 2 }).next()).rejects.toMatchObject({
      code: 'SKEIN_FEED_TRIMMED',
      after: 2,
      last: 10,
    })
    expect((await facts.set('k', 'on')).version).toBe(11)
  })

  it('is trimmed from its beginning only, also after the clock was set back', async () => {
    const path = temporaryPath()
    const driver = sqliteStore({ path, maxChanges: 1, maxChangeAgeMs: 60_000 })
    await using store = await driver.open('default', 'writer')
    const meta = { author: 'me', tags: [], derivedFrom: [], sensitivity: 'public', compartments: [] } as const
    for (let n = 0; n < 6; n += 1)
      await store.write([{ type: 'set', key: { collection: 'facts', id: 'k' }, value: `${n}`, meta }])
    const db = new Database(path)
    db.exec('UPDATE changes_1 SET at = 0 WHERE seq IN (1, 2, 4)')
    db.close()
    await store.sweep(100)
    const { changes, trimmed } = await store.changes(0, 100)
    expect({ seqs: changes.map(({ seq }) => seq), trimmed }).toEqual({ seqs: [3, 4, 5, 6], trimmed: true })
  })
})
