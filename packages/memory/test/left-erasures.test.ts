import { randomBytes } from 'node:crypto'

import { mapStore, openMemory } from '@skein/memory'
import type { Memory } from '@skein/memory'
import type { Commit, Mutation, Store, StoreDriver, Written } from '@skein/memory/store'
import { beforeEach, describe, expect, it } from 'vitest'

import { complete } from '../src/forgetting/carry-out.ts'
import { enforce, writeDraft } from '../src/forgetting/erasure-draft.ts'
import { planOf, runningPlans } from '../src/forgetting/erasure-plan.ts'
import type { Doomed, Plan } from '../src/forgetting/erasure-plan.ts'

const ann = { id: 'ann', role: 'sales' } as const
const boss = { ...ann, id: 'boss', clearance: { level: 'confidential' } } as const
const olga = { id: 'olga', role: 'privacy', rights: ['erase'], clearance: { level: 'confidential' } } as const
const subject = 'person/42'
const asked = { reason: 'asked', derived: 'forget' } as const
const meta = { author: 'ann', tags: [], sensitivity: 'public', compartments: [] } as const

type Write = Store['write']

const isInForce = (batch: readonly Mutation[]): boolean =>
  batch.some(({ type, key, ifVersion }) => type === 'set' && key.collection === 'erasures' && ifVersion === 0)

/** What another process does right before the nth erasure is in force. */
type Before = (write: Write, nth: number) => Promise<unknown>

describe('An erasure whose process has ended', () => {
  let driver: StoreDriver
  let passedMs = 0
  beforeEach(() => {
    passedMs = 0
    driver = mapStore({ now: () => Date.now() + passedMs })
  })

  /** A store whose process writes nothing more once its nth erasure is in force. */
  const dyingAfter = (last: number, before: Before = async () => {}): StoreDriver => {
    let [count, isDead] = [0, false]
    return {
      spaces: () => driver.spaces(),
      open: async (space, role) => {
        const store = await driver.open(space, role)
        const write = store.write.bind(store)
        return Object.assign(store, {
          write: async (batch: readonly Mutation[]) => {
            if (isDead) throw new Error('It is dead.')
            if (!isInForce(batch)) return write(batch)
            count += 1
            await before(write, count)
            const commit = await write(batch)
            isDead = count === last
            return commit
          },
        })
      },
    }
  }
  /** Forgets all about the person, and dies on the way. */
  const dieForgetting = async (memory: Memory): Promise<void> => {
    await expect(memory.as(olga).forget({ subject }, asked)).rejects.toThrow('It is dead.')
    await memory.close().catch(() => {})
  }
  const states = async (memory: Memory): Promise<readonly unknown[]> =>
    (await memory.as(olga).records.list({ collection: 'erasures' })).items.map(
      ({ value }) => (value as { readonly state: string }).state,
    )
  const completed = (memory: Memory): Promise<void> =>
    expect.poll(async () => new Set(await states(memory))).toEqual(new Set(['done']))
  const observe = (id: string, from: string): Mutation => {
    const key = { collection: 'observations', id } as const
    return { type: 'set', key, value: '"late"', meta: { ...meta, derivedFrom: [from] } }
  }

  it('spares what is derived from a record of which only past versions go', async () => {
    const first = await openMemory({ store: dyingAfter(1) })
    await first.as(ann).facts.set('price', 'Zoë said 10', { subject })
    await first.as(ann).facts.set('price', 'the list says 12')
    await first.as(ann).observations.log({ value: 'Zoë called', subject })
    await dieForgetting(first)
    const between = await openMemory({ store: driver, sealsSpace: false })
    await between.as(ann).facts.set('margin', 3, { derivedFrom: ['facts/price'] })
    await between.close()
    await using next = await openMemory({ store: driver })
    await completed(next)
    expect(await next.as(ann).facts.getMany(['price', 'margin'])).toEqual(['the list says 12', 3])
    expect(await next.as(ann).facts.history('price')).toHaveLength(1)
  })

  it('reaches what is derived from what was only found when it looked again', async () => {
    const before: Before = (write, nth) =>
      write([nth === 1 ? observe('x', `@${subject}`) : observe('y', 'observations/x')])
    const first = await openMemory({ store: dyingAfter(2, before) })
    await first.as(ann).observations.log({ value: 'Zoë called', subject })
    await dieForgetting(first)
    await using next = await openMemory({ store: driver })
    await completed(next)
    expect((await next.as(ann).observations.list()).items).toEqual([])
    expect(await states(next)).toEqual(['done', 'done', 'done'])
  })

  it('spares what is about the same person, and was written afterwards', async () => {
    const first = await openMemory({ store: dyingAfter(1) })
    await first.as(ann).observations.log({ value: 'Zoë called', subject })
    await dieForgetting(first)
    const between = await openMemory({ store: driver, sealsSpace: false })
    await between.as(ann).agents.post({ to: 'bob', message: { type: 'note', about: subject } })
    await between.as(ann).observations.log({ value: 'Zoë called again', subject })
    await between.close()
    await using next = await openMemory({ store: driver })
    await completed(next)
    const { records } = next.as(ann)
    expect((await records.list({ collection: 'messages' })).items).toHaveLength(1)
    expect((await records.list({ collection: 'observations' })).items).toMatchObject([{ value: 'Zoë called again' }])
  })

  it('is left to somebody who has the key, where mail is sealed that was sent meanwhile', async () => {
    const encryption = { keys: { k1: randomBytes(32) }, current: 'k1', from: 'internal' } as const
    let post = async (): Promise<unknown> => undefined
    const first = await openMemory({ store: dyingAfter(1, () => post()), encryption })
    const { id } = await first.as(ann).observations.log({ value: 'Zoë called', subject })
    const other = await openMemory({ store: driver, encryption, sealsSpace: false })
    const message = { type: 'note', entry: id, text: 'of Zoë' }
    post = () => other.as(boss).agents.post({ to: 'bob', message })
    await dieForgetting(first)
    await other.close()
    const keyless = await openMemory({ store: driver })
    await keyless.sweep()
    expect(await states(keyless)).toEqual(['running'])
    await keyless.close()
    await using next = await openMemory({ store: driver, encryption })
    await completed(next)
    expect((await next.as(boss).records.list({ collection: 'messages' })).items).toEqual([])
  })

  describe('before it was in force', () => {
    const many = async (memory: Memory): Promise<void> => {
      const each = (n: number) => memory.as(ann).observations.log({ value: `call ${n}`, subject })
      await Promise.all(Array.from({ length: 1_200 }, (_, n) => each(n)))
    }
    const planned = async (): Promise<readonly string[]> => {
      await using store = await driver.open('default', 'reader')
      const { records } = await store.list({ collection: 'settings', prefix: 'erasing/', limit: 20 })
      return records.map(({ id }) => id.replace(/^erasing\/[^/]*/, '…').replace(/[0-9a-f-]{36}/, 'draft'))
    }
    const hour = 3_600_001

    it('leaves what it had written of its plan for an hour, and nothing afterwards', async () => {
      const die = async (): Promise<never> => {
        throw new Error('It is dead.')
      }
      const first = await openMemory({ store: dyingAfter(1, die) })
      await many(first)
      await dieForgetting(first)
      await using next = await openMemory({ store: driver })
      await next.sweep()
      expect(await planned()).toEqual(['…/draft/0', '…/draft/1', '…/draft/2', '…/draft/draft'])
      passedMs = hour
      await next.sweep()
      expect(await planned()).toEqual([])
      expect((await next.as(ann).observations.list({ limit: 1_000 })).items).toHaveLength(1_000)
    })

    it('is tidied up by somebody who has the key, where drafts are sealed, and keeps nobody else from sweeping', async () => {
      const encryption = { keys: { k1: randomBytes(32) }, current: 'k1', from: 'public' } as const
      const die = async (): Promise<never> => {
        throw new Error('It is dead.')
      }
      const first = await openMemory({ store: dyingAfter(1, die), encryption })
      await many(first)
      await dieForgetting(first)
      passedMs = hour
      await using keyless = await openMemory({ store: driver })
      await keyless.sweep()
      expect(await planned()).toContain('…/draft/draft')
      await using next = await openMemory({ store: driver, encryption })
      await next.sweep()
      expect(await planned()).toEqual([])
    })

    it('is planned anew where it took so long that somebody has removed its parts', async () => {
      await using tidy = await openMemory({ store: driver })
      const first = await openMemory({
        store: dyingAfter(2, async (_, nth) => {
          if (nth > 1) return
          passedMs = hour
          await tidy.sweep()
          expect(await planned()).toEqual([])
        }),
      })
      await many(first)
      await dieForgetting(first)
      expect(await planned()).toEqual(['…', '…/draft/0', '…/draft/1', '…/draft/2', '…/search'])
      await tidy.sweep()
      await using next = await openMemory({ store: driver })
      await completed(next)
      expect((await next.as(ann).observations.list()).items).toEqual([])
      expect(await planned()).toEqual([])
    })

    it('is not disturbed by another plan of the same erasure, which somebody completes late', async () => {
      // As another node makes them, which tells of one erasure in several messages.
      await using store = await driver.open('default', 'writer')
      const draft = async (ids: readonly string[]): Promise<Plan> => {
        const parts = ids.map((id): readonly Doomed[] => {
          return [
            {
              collection: 'observations',
              id,
              version: 1,
              seq: 1,
              createdAt: 1,
              sensitivity: 'public',
              compartments: [],
            },
          ]
        })
        const written = await writeDraft('e', parts, {
          changes: (after, limit) => store.changes(after, limit),
          write: async (mutation) => writtenBy(await store.write([mutation]))[0],
        })
        const running = { ...meta, tags: ['running'], derivedFrom: [] }
        const said = { state: 'running', reason: 'asked', derived: 'keep', forgotten: {}, contents: 0 }
        const own = { collection: 'erasures', id: 'e' } as const
        const report: Mutation = { type: 'set', key: own, value: JSON.stringify(said), meta: running }
        const head = writtenBy(await store.write([report, ...enforce('e', written)])).at(-1)
        return { ...planOf('e', written.name, head), parts }
      }
      const erasers = { store, shelf: { forget: async () => false }, owner: 'test', assertOpen: () => {} }
      const earlier = await draft(['a', 'b', 'c', 'd', 'e', 'f'])
      const later = await draft(['g', 'h', 'i', 'j', 'k', 'l'])
      await complete(erasers, earlier, 0)
      expect(await runningPlans(store)).toMatchObject([{ version: later.version, parts: later.parts }])
      await complete(erasers, later, 0)
      expect(await runningPlans(store)).toEqual([])
    })

    it('is refused where a server has lost the end of a draft, though the draft is there', async () => {
      await using store = await driver.open('default', 'writer')
      const doomed = { collection: 'observations', id: 'a', version: 1, seq: 1, createdAt: 1 } as const
      const parts = [[{ ...doomed, sensitivity: 'public', compartments: [] }] as const]
      const written = await writeDraft('e', parts, {
        changes: (after, limit) => store.changes(after, limit),
        write: async (mutation) => writtenBy(await store.write([mutation]))[0],
      })
      const lost = { ...written, seq: written.seq + 1 }
      expect(await store.write(enforce('e', lost))).toMatchObject({ ok: false })
      expect(await store.write(enforce('e', written))).toMatchObject({ ok: true })
    })
  })

  it('keeps of whoever asked what decides, and tells it to nobody who may not see the erasure', async () => {
    class Officer {
      readonly id = 'olga'
      readonly role = 'privacy'
      readonly rights = ['erase'] as const
      readonly clearance = { level: 'confidential' } as const
      readonly token = 'sk-123'
      greet(): string {
        return this.id
      }
    }
    const first = await openMemory({ store: dyingAfter(1) })
    await first.as(boss).observations.log({ value: 'Zoë called', subject, sensitivity: 'confidential' })
    await expect(first.as(new Officer()).forget({ subject }, asked)).rejects.toThrow('It is dead.')
    await first.close().catch(() => {})
    await using store = await driver.open('default', 'reader')
    const { records } = await store.list({ collection: 'settings', prefix: 'erasing/', limit: 10 })
    expect(records.filter(({ value }) => /sk-123/.test(value))).toEqual([])
    const audience = { level: 'public', compartments: [] } as const
    const shown = await store.list({ collection: 'settings', prefix: 'erasing/', limit: 10, audience })
    expect(shown.records.filter(({ value }) => value.includes(subject))).toEqual([])
  })
})

function writtenBy(commit: Commit): readonly Written[] {
  if (!commit.ok) throw new Error(`Refused: ${commit.refusal.reason}`)
  return commit.written
}
