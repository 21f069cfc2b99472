import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { join } from 'node:path'

import { openMemory } from '@skein/memory'
import type { Memory } from '@skein/memory'
import { expect, it, onTestFinished } from 'vitest'

import type { SharedAddress } from './describe-half-forgotten.ts'
import { canaries, fillForErasure, portraitOf } from './erasable-records.ts'

/** A store whose content a test can put back. */
export interface RestorablePlace extends SharedAddress {
  /** Remembers what is in the store, which nobody has open. */
  keep(): Promise<void>
  /** Puts that back, and removes all else. */
  restore(): Promise<void>
  /** Which of these texts lie in the files of the store. */
  found(texts: readonly string[]): Promise<readonly string[]>
}

const script = join(import.meta.dirname, 'fixtures/forgetting-process.ts')
const olga = {
  id: 'olga',
  role: 'privacy',
  rights: ['erase', 'audit', 'hold'],
  clearance: { level: 'confidential' },
} as const
const subject = { subject: 'person/42' } as const
/** So many records about the person: the plan of the larger number has more parts than go at a time. */
const sizes = [
  ['in steps', 2_100, ['draft', 'in force', 'note', 'step', 'past', 'scrub', 'report', 'end of plan', 'done']],
  ['at once', 20, ['in force', 'past', 'scrub', 'done']],
] as const

/**
 * Declares that an erasure is whole or has not begun, wherever its process was killed.
 */
export function describeKilledErasures(place: () => RestorablePlace): void {
  const open = (): Promise<Memory> => openMemory({ store: place().open(), heartbeatMs: 50 })

  /** Starts an erasure, to be killed at a deed; resolves to its deeds until then. */
  const forgetting = async (deed: string, when: string, other = ''): Promise<readonly string[]> => {
    const { module, factory, address } = place()
    const args = ['--no-warnings', script, module, factory, address, deed, when, other]
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
    onTestFinished(() => void child.kill('SIGKILL'))
    const [said, [, signal]] = await Promise.all([text(child.stdout), once(child, 'exit')])
    const deeds = said.trim().split('\n')
    // How many steps an erasure takes depends on their time, so this one may have had fewer.
    expect(signal).toBe(deeds.includes(deed) ? 'SIGKILL' : null)
    return deeds
  }

  it.each(sizes)(
    'is whole or has not begun after kill -9 at any deed: %s',
    async (_, size, kinds) => {
      const filling = await open()
      await fillForErasure(filling, size)
      const before = await portraitOf(filling, olga)
      await filling.close()
      await place().keep()
      expect(await place().found(canaries.gone)).toEqual(canaries.gone)

      const deeds = await forgetting('', '')
      expect([...byKind(deeds).keys()]).toEqual(expect.arrayContaining([...kinds]))
      await using whole = await open()
      const after = await portraitOf(whole, olga)
      expect(after).not.toEqual(before)
      const [report, noted] = [await erasuresIn(whole), await notesIn(whole)]
      expect(report).toMatchObject([{ state: 'done' }])
      expect(await place().found(canaries.all)).toEqual(canaries.stay)
      await whole.close()

      for (const [n, { deed, when }] of momentsOf(deeds).entries()) {
        const at = `${when} ${deed}`
        await place().restore()
        await forgetting(deed, when)
        const memory = await open()
        try {
          const [erasure] = await erasuresIn(memory)
          const isInForce = erasure !== undefined
          // What a hold comes before is not forgotten; what came before it goes.
          const holds = memory.as(olga).holds
          const hold = n % 2 === 0 ? await holds.place(subject, { reason: 'Case 7' }) : undefined
          expect(await portraitOf(memory, olga), at).toEqual(isInForce ? after : before)
          if (hold) {
            expect(hold.held, at).toEqual(isInForce ? {} : expect.objectContaining({ facts: expect.any(Number) }))
            const asking = memory.as(olga).forget(subject, { reason: 'asked', derived: 'forget' })
            if (isInForce) expect(await asking, at).toMatchObject({ id: undefined, forgotten: {} })
            else await expect(asking, at).rejects.toMatchObject({ code: 'SKEIN_HELD' })
            await holds.release(hold.id, { reason: 'settled' })
          }
          if (!isInForce) await memory.as(olga).forget(subject, { reason: 'asked', derived: 'forget' })
          await expect.poll(() => erasuresIn(memory), { message: at }).toEqual(report)
          expect(await portraitOf(memory, olga), at).toEqual(after)
          expect(await notesIn(memory), at).toEqual(noted)
          expect(await leftOf(place().open()), at).toEqual([])
          await expect.poll(() => place().found(canaries.all), { message: at }).toEqual(canaries.stay)
        } finally {
          await memory.close()
        }
      }
      // Each of some thirty moments takes up to seconds on a loaded machine.
    },
    600_000,
  )

  it.each([20, 300])('takes along what others wrote while it was prepared, of %i', async (size) => {
    const filling = await open()
    await fillForErasure(filling, size)
    await filling.close()
    const deeds = await forgetting('in force 1', 'after', 'late')
    expect(deeds.filter((deed) => /step|done/.test(deed))).toEqual([])
    await using memory = await open()
    await expect.poll(async () => (await erasuresIn(memory)).length).toBe(2)
    await expect
      .poll(() => erasuresIn(memory))
      .toEqual([
        expect.objectContaining({ author: 'olga', state: 'done', reason: 'asked' }),
        expect.objectContaining({ author: 'olga', state: 'done', forgotten: { observations: 1, facts: 1 } }),
      ])
    const { facts, observations } = memory.as(olga)
    expect(await facts.get('late')).toBeUndefined()
    expect((await observations.search('zebra')).map(({ item }) => item.value)).toEqual(['zebra stays'])
    await expect.poll(() => place().found(['canarylate'])).toEqual([])
  })
}

interface Moment {
  readonly deed: string
  readonly when: 'before' | 'amid'
}

/** Each kind of deed: its first, its last and one between them. Afterwards is before the next one. */
function momentsOf(deeds: readonly string[]): readonly Moment[] {
  return [...byKind(deeds).values()].flatMap((ones) => {
    const some = new Set([0, ones.length >> 1, ones.length - 1].map((n) => ones[n] as string))
    return [...some].flatMap((deed): readonly Moment[] => [
      { deed, when: 'before' },
      { deed, when: 'amid' },
    ])
  })
}

function byKind(deeds: readonly string[]): ReadonlyMap<string, readonly string[]> {
  return Map.groupBy(deeds, (deed) => deed.replace(/ \d+$/, ''))
}

/** What the records of erasures say. */
async function erasuresIn(memory: Memory): Promise<readonly unknown[]> {
  const { items } = await memory.as(olga).records.list({ collection: 'erasures' })
  return items.map(({ value, author, sensitivity }) => ({ ...(value as object), author, sensitivity }))
}

/** How often the audit says of each record that it was erased. */
async function notesIn(memory: Memory): Promise<ReadonlyMap<string, number>> {
  const notes = new Map<string, number>()
  for await (const { collection, id, count } of memory.as(olga).audit.entries({ action: 'erase' })) {
    const name = `${collection}/${id}`
    notes.set(name, (notes.get(name) ?? 0) + count)
  }
  return notes
}

/** What is left of plans beside the drafts of the dead, which are removed an hour later. */
async function leftOf(driver: ReturnType<SharedAddress['open']>): Promise<readonly string[]> {
  await using store = await driver.open('default', 'writer')
  const { records } = await store.list({ collection: 'settings', prefix: 'erasing/', limit: 100 })
  const draftOf = (id: string): string => id.replace(/\/[^/]*$/, '')
  const drafts = new Set(records.flatMap(({ id }) => (id.endsWith('/draft') ? draftOf(id) : [])))
  return records.flatMap(({ id }) => (drafts.has(draftOf(id)) ? [] : id))
}
