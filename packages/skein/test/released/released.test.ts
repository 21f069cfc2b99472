import { copyFileSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

import { redisStore } from '@skein/redis'
import { sqliteStore } from '@skein/sqlite'
import type { StoreDriver } from '@skein/memory/store'
import { describe, expect, it, onTestFinished } from 'vitest'

import { missing, startServer } from '../../../redis/test/redis-server.ts'
import { folderForAll } from '../sample-memory.ts'
import { contentsOf, lostFields, openReleased, printedBy } from './contents.ts'
import type { Contents } from './contents.ts'

// Each folder holds spaces that a release wrote, and what it read of them: see write.ts.
const versions = readdirSync(import.meta.dirname).filter((name) => /^\d/.test(name))
const folder = folderForAll()

interface Expected {
  readonly sqlite: { readonly contents: Contents }
  readonly redis: { readonly contents: Contents }
  readonly printed: unknown
}

describe.each(versions)('what Skein %s left', (version) => {
  const path = (name: string): string => join(import.meta.dirname, version, name)
  const expected = JSON.parse(readFileSync(path('expected.json'), 'utf8')) as Expected

  async function expectKept(store: StoreDriver, then: Contents): Promise<void> {
    const last = Number.parseInt(then.feed.at(-1) ?? '', 10)
    await using memory = await openReleased(store)
    expect(await contentsOf(memory, last)).toEqual(then)
    // It goes on: a reader of the feed finds the next change after the position that it noted.
    const ann = memory.as({ id: 'ann', role: 'sales' })
    await ann.facts.set('later', 'kept')
    expect(await ann.facts.get('later')).toBe('kept')
    const { entries, trimmed } = await ann.feed.read({ after: last })
    expect(trimmed).toBe(false)
    expect(entries).toContainEqual(
      expect.objectContaining({ change: expect.objectContaining({ id: 'later' }) as object }),
    )
  }

  it('in a SQLite file is opened, read as it was, and written', async () => {
    const file = join(folder, `${version}.db`)
    copyFileSync(path('memory.db'), file)
    await expectKept(sqliteStore(file), expected.sqlite.contents)
  })

  it.skipIf(missing)('on a Redis server is opened, read as it was, and written', async () => {
    copyFileSync(path('memory.rdb'), join(folder, `${version}.rdb`))
    const server = await startServer('--dir', folder, '--dbfilename', `${version}.rdb`, '--appendonly', 'no')
    onTestFinished(() => server.stop())
    await expectKept(redisStore(server.url), expected.redis.contents)
  })

  it('is printed by the commands with every field that programs know', async () => {
    const file = join(folder, `${version}-printed.db`)
    copyFileSync(path('memory.db'), file)
    expect(lostFields(expected.printed, await printedBy(file, folder))).toEqual([])
  })
})

it('a field that is gone, or of another kind, is noticed; a new one is not', () => {
  const then = { space: 'x', items: [{ id: 'a', at: 1 }], next: null }
  expect(lostFields(then, { space: 'x', items: [{ id: 'b', at: 2, more: true }], next: null })).toEqual([])
  expect(lostFields(then, { space: 1, items: [{ id: 'a' }], next: null })).toEqual(['.space', '.items[0].at'])
  expect(lostFields(then, { space: 'x', items: [], next: null })).toEqual(['.items[0]'])
})
