import { once } from 'node:events'
import { renameSync, rmSync } from 'node:fs'

import { openMemory } from '@skein/memory'
import type { View } from '@skein/memory'
import type { Mutation } from '@skein/memory/store'
import { sqliteStore } from '@skein/sqlite'
import Database from 'better-sqlite3'
import { describe, expect, it, onTestFinished } from 'vitest'

import { temporaryPath } from './temporary.ts'

const me = { id: 'me', role: 'test' }

function setting(id: string): Mutation {
  const meta = { author: 'me', tags: [], derivedFrom: [], sensitivity: 'public', compartments: [] } as const
  return { type: 'set', key: { collection: 'facts', id }, value: '1', meta }
}

async function viewOf(path: string): Promise<View> {
  const memory = await openMemory({ store: sqliteStore(path) })
  onTestFinished(() => memory.close())
  return memory.as(me)
}

function remove(path: string): void {
  for (const suffix of ['', '-wal', '-shm']) rmSync(`${path}${suffix}`, { force: true })
}

describe('a listener that throws', () => {
  it('becomes a warning; the write is kept once and the other listeners are called', async () => {
    await using store = await sqliteStore(temporaryPath()).open('default', 'writer')
    const seqs: number[] = []
    store.watch(() => {
      throw new Error('deaf')
    })
    store.watch(({ seq }) => seqs.push(seq))
    const warning = once(process, 'warning')
    const commits = await Promise.all([store.write([setting('a')]), store.write([setting('b')])])
    expect(commits).toMatchObject([
      { ok: true, written: [{ version: 1 }] },
      { ok: true, written: [{ version: 1 }] },
    ])
    expect(await warning).toMatchObject([{ message: 'deaf' }])
    expect(seqs).toEqual([1, 2])
    expect(await store.changes(0, 10)).toMatchObject({ last: 2 })
  })
})

describe('a database that is removed while it is open', () => {
  it('takes no more writes, and a memory that is opened again works', async () => {
    const path = temporaryPath()
    const old = await openMemory({ store: sqliteStore(path) })
    const { facts } = old.as(me)
    await facts.set('k', 'lost')
    const view = old.as(me)
    const { id } = await view.escalations.open({ task: 't', reason: 'why' })
    // Nobody waits for a store that will not come back.
    const waiting = [view.watch('facts/', { after: await view.feed.last() }).next(), view.escalations.answered(id)].map(
      (waits) => waits.catch((error: Error) => error.message),
    )
    remove(path)
    await expect(facts.set('k', 'refused')).rejects.toMatchObject({
      code: 'SKEIN_STORE',
      message: expect.stringMatching(/flock\.db was removed or replaced.*Open the memory again/),
    })
    await expect(facts.set('k', 'refused again')).rejects.toMatchObject({ code: 'SKEIN_STORE' })
    for (const message of await Promise.all(waiting)) expect(message).toMatch(/was removed or replaced/)

    const anew = await viewOf(path)
    expect(await anew.facts.get('k')).toBeUndefined()
    await anew.facts.set('k', 'kept')
    await expect(facts.set('k', 'still refused')).rejects.toMatchObject({ code: 'SKEIN_STORE' })
    // Closing what is left of the old file must not take the new one's log with it.
    await old.close()
    await anew.facts.set('other', 'kept too')
    const other = new Database(path, { readonly: true })
    expect(other.prepare("SELECT count(*) FROM records_1 WHERE collection = 'facts'").pluck().get()).toBe(2)
    other.close()
  })

  it('is created again by the next opening even if nothing was written in between', async () => {
    const path = temporaryPath()
    const old = await viewOf(path)
    await old.facts.set('k', 'lost')
    remove(path)
    const anew = await viewOf(path)
    await anew.facts.set('k', 'kept')
    expect(await (await viewOf(path)).facts.get('k')).toBe('kept')
    await expect(old.facts.set('k', 'refused')).rejects.toMatchObject({ code: 'SKEIN_STORE' })
  })

  it('or replaced by another is left as it is', async () => {
    const [path, other] = [temporaryPath(), temporaryPath()]
    const second = await openMemory({ store: sqliteStore(other) })
    await second.as(me).facts.set('k', 'the other')
    await second.close()
    const first = await viewOf(path)
    await first.facts.set('k', 'the first')
    remove(path)
    renameSync(other, path)
    await expect(first.facts.set('k', 'refused')).rejects.toMatchObject({ code: 'SKEIN_STORE' })
    expect(await (await viewOf(path)).facts.get('k')).toBe('the other')
  })
})
