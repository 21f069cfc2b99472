import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'

import { openMemory, SkeinError } from '@skein/memory'
import type { Memory, View } from '@skein/memory'
import type { Mutation, Store } from '@skein/memory/store'
import { sqliteStore } from '@skein/sqlite'
import { describe, expect, it, onTestFinished } from 'vitest'

import { nameOfContent, runOnFailingDisk } from './failing-disk.ts'
import type { failures, Try } from './failing-disk.ts'
import { fastFolder } from './fast-folder.ts'
import { findSpaces, readSpace } from './found-spaces.ts'
import type { Found } from './found-spaces.ts'
import { canMount, SmallDisk } from './small-disk.ts'
import { findStrace, howToGetStrace } from './strace.ts'
import { temporaryPath } from './temporary.ts'

const strace = findStrace()

function setting(id: string, value: string): Mutation {
  const meta = { author: 'me', tags: [], derivedFrom: [], sensitivity: 'public', compartments: [] } as const
  return { type: 'set', key: { collection: 'facts', id }, value, meta }
}

/** A space with a memory in front of it, and the store itself. */
class Home implements AsyncDisposable {
  readonly memory: Memory
  readonly store: Store
  readonly view: View

  private constructor(memory: Memory, store: Store) {
    this.memory = memory
    this.store = store
    this.view = memory.as({ id: 'me', role: 'test' })
  }

  static async open(path: string): Promise<Home> {
    const driver = sqliteStore(path)
    // No audit: it would warn of each refusal, too.
    const memory = await openMemory({ store: driver, space: 'home', auditKeepMs: 0 })
    return new Home(memory, await driver.open('home', 'writer'))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.store[Symbol.asyncDispose]()
    await this.memory.close()
  }
}

/** What a space holds, each part of it in accord with the others. */
async function contentOf(store: Store): Promise<Found['records']> {
  const found: Found = { records: new Map(), faults: [] }
  await readSpace('home', store, found)
  expect(found.faults).toEqual([])
  return found.records
}

async function refusalOf(work: () => Promise<unknown>): Promise<unknown> {
  try {
    await work()
    return undefined
  } catch (error) {
    expect(error).toBeInstanceOf(SkeinError)
    return error
  }
}

describe.skipIf(!canMount())('a full disk (needs the right to mount)', () => {
  const newDisk = (): SmallDisk => {
    const disk = new SmallDisk(12)
    onTestFinished(() => disk[Symbol.dispose]())
    return disk
  }

  it.each<[string, (home: Home) => Promise<unknown>]>([
    ['a fact', ({ view }) => view.facts.set('new', 1)],
    ['a fact over another', ({ view }) => view.facts.set('known', 2)],
    ['a fact of some pages', ({ view }) => view.facts.set('new', 'honk '.repeat(5_000))],
    ['an update', ({ view }) => view.facts.update<number>('known', (count = 0) => count + 1)],
    ['a delete', ({ view }) => view.facts.delete('known')],
    ['a batch', ({ store }) => store.write([setting('left', '2'), setting('right', '2'), setting('new', '2')])],
    ['an observation', ({ view }) => view.observations.log({ value: { name: 'seen', text: 'Three geese.' } })],
    ['an object', ({ view }) => view.objects.put('A page about geese. '.repeat(1_000))],
  ])('refuses all of %s while any page is missing, still reads, and takes it when there is space', async (_, write) => {
    const prepare = async (path: string): Promise<Home> => {
      const home = await Home.open(path)
      await home.view.facts.set('known', 1)
      await home.store.write([setting('left', '1'), setting('right', '1')])
      return home
    }
    const disk = newDisk()
    const path = join(disk.folder, 'flock.db')
    {
      await using home = await prepare(path)
      const before = await contentOf(home.store)
      let refusals = 0
      for (; ; refusals += 1) {
        // What a refused write took of the disk is there for the next try: each gets one page further.
        disk.leave(refusals === 0 ? 0 : 1)
        const refusal = await refusalOf(() => write(home))
        if (refusal === undefined) break
        expect(refusal).toMatchObject({ code: 'SKEIN_STORE_FULL', message: expect.stringMatching(/free some space/) })
        expect(await home.view.facts.get('known')).toBe(1)
        await using other = await sqliteStore(path).open('home', 'reader')
        for (const store of [home.store, other]) expect(await contentOf(store)).toEqual(before)
      }
      expect(refusals).toBeGreaterThanOrEqual(3)
    }
    await using undisturbed = await prepare(temporaryPath())
    await write(undisturbed)
    disk.free()
    expect(await findSpaces(path, ['home'])).toEqual({ records: await contentOf(undisturbed.store), faults: [] })
  })

  it('that fills up slowly keeps every acknowledged write through closing and opening, and nothing else', async () => {
    const disk = newDisk()
    const path = join(disk.folder, 'flock.db')
    const kept: string[] = []
    const fillUp = async (home: Home): Promise<unknown> => {
      for (;;) {
        const refusal = await refusalOf(() => home.view.facts.set(`fact ${kept.length}`, 'honk '.repeat(800)))
        if (refusal !== undefined) return refusal
        kept.push(`home: facts/fact ${kept.length}`)
      }
    }
    {
      await using home = await Home.open(path)
      // Room for the log up to its first checkpoint, but not for what that would copy.
      disk.leave(1_100)
      expect(await fillUp(home)).toMatchObject({ code: 'SKEIN_STORE_FULL' })
      expect([...(await contentOf(home.store)).keys()]).toEqual(kept)
    }
    // What could not be copied stays in the log.
    expect(existsSync(`${path}-wal`)).toBe(true)
    disk.free()
    {
      await using home = await Home.open(path)
      expect([...(await contentOf(home.store)).keys()]).toEqual(kept)
      disk.leave(100)
      expect(await fillUp(home)).toMatchObject({ code: 'SKEIN_STORE_FULL' })
    }
    disk.free()
    const { records, faults } = await findSpaces(path, ['home'])
    expect([...records.keys()]).toEqual(kept)
    expect(faults).toEqual([])
  })

  it('refuses to open until there is space, and then everything is as it was', async () => {
    const disk = newDisk()
    const path = join(disk.folder, 'flock.db')
    const openAtLast = async (records: Found['records'], beforehand: () => void): Promise<void> => {
      for (let pages = 0; ; pages += 1) {
        beforehand()
        disk.leave(pages)
        // Whether there is enough space for a reader or not, any error must be one of ours.
        await refusalOf(async () => (await sqliteStore(path).open('home', 'reader'))[Symbol.asyncDispose]())
        const refusal = await refusalOf(async () => (await Home.open(path))[Symbol.asyncDispose]())
        disk.free()
        await using home = await Home.open(path)
        expect(await contentOf(home.store)).toEqual(records)
        if (refusal === undefined) return
        expect(refusal).toMatchObject({ code: 'SKEIN_STORE_FULL' })
      }
    }
    await openAtLast(new Map(), () => {
      for (const tail of ['', '-wal', '-shm', '-journal']) rmSync(path + tail, { force: true })
    })
    {
      await using home = await Home.open(path)
      await home.view.facts.set('known', 1)
    }
    const records = new Map([['home: facts/known', { version: 1, value: '1' }]])
    await openAtLast(records, () => {})
    expect(await findSpaces(path, ['home'])).toEqual({ records, faults: [] })
  })
})

describe.skipIf(strace === undefined)(`a disk that fails once (${howToGetStrace})`, () => {
  it.each<[keyof typeof failures, string, number]>([
    ['write', 'SKEIN_STORE_FULL', 150],
    ['sync', 'SKEIN_OUTCOME_UNKNOWN', 15],
  ])(
    'at any %s of a run refuses what it was part of, as what it is, and takes it the second time',
    async (failing, code, least) => {
      const folder = fastFolder()
      onTestFinished(() => rmSync(folder, { recursive: true }))
      const tries = runOnFailingDisk(strace ?? '', folder, failing)
      const runs = Map.groupBy(tries, ({ run }) => run)
      // Nothing failed in the last one: it shows how it should be.
      const smooth = runs.get(runs.size) ?? []
      expect(runs.size).toBeGreaterThan(least)
      for (const [run, tried] of runs) {
        // Each step was taken in the end, with just what it should do.
        const seen = ({ step, content, copies, faults }: Try): unknown => ({ step, content, copies, faults })
        expect(tried.filter(({ refused }) => !refused).map((one) => seen(one))).toEqual(smooth.map((one) => seen(one)))
        for (const { step, refused, content, copies } of tried.filter((one) => one.refused)) {
          const [before, after] = [smooth[step - 1], smooth[step]]
          expect({ content, copies }).toEqual({ content: before?.content, copies: before?.copies })
          // Opening keeps nothing that could be in doubt.
          expect(refused?.code).toBe(step === 0 && failing === 'sync' ? 'SKEIN_STORE' : code)
          // What a crash would have left.
          const found = await findSpaces(join(folder, `${run}-refused`, 'flock.db'), ['home'])
          expect(found.faults).toEqual([])
          const mayBe = code === 'SKEIN_OUTCOME_UNKNOWN' ? [before, after] : [before]
          expect(mayBe.map((one) => one?.content ?? nameOfContent(new Map()))).toContain(nameOfContent(found.records))
        }
        const end = await findSpaces(join(folder, `${run}-end`, 'flock.db'), ['home'])
        expect(end.faults).toEqual([])
        expect(nameOfContent(end.records)).toBe(smooth.at(-2)?.content)
      }
    },
  )
})
