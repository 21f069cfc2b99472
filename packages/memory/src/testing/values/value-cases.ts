import { randomUUID } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import type { Memory } from '../../memory.ts'
import { openMemory } from '../../open-memory.ts'
import type { Collection } from '../../store/collections.ts'
import { forward } from '../../store/forward.ts'
import type { StoreDriver } from '../../store/store-driver.ts'
import type { Store } from '../../store/store.ts'
import type { View } from '../../view.ts'
import type { StoreContractOptions } from '../store-contract-options.ts'
import { faults, fickle, oddData } from './odd-values.ts'
import { valuePlaces } from './value-places.ts'

const ann = { id: 'ann', role: 'r' }

/** Half of a surrogate pair: UTF-8 cannot encode it. */
const half = 'a\ud800'

/** Collections in which the memory records starts and failures of work, savings and refusals. */
const ownNotes: ReadonlySet<Collection> = new Set(['work', 'ledger', 'audit'])

const nested = (levels: number): unknown => JSON.parse(`${'['.repeat(levels)}${']'.repeat(levels)}`)

/** Whether both are deeply equal, with the same own properties in the same order, on plain objects and arrays. */
function isSame(back: unknown, value: unknown): boolean {
  return JSON.stringify(back) === JSON.stringify(value) && isDeepStrictEqual(back, value)
}

/** The code of a refusal and the path of its fault; for any other error, its text. */
function refusalOf(error: Error & { code?: string; path?: string }): string {
  return error.code === undefined ? String(error) : [error.code, error.path].join(' ').trim()
}

/** Values are kept exactly or refused with the path of the fault, on any store and in any operation. */
export function valueCases(options: StoreContractOptions): void {
  let driver: StoreDriver
  let memory: Memory
  let store: Store
  let view: View

  beforeEach(async () => {
    driver = await options.create()
    memory = await openMemory({ store: driver })
    store = await driver.open('default', 'writer')
    view = memory.as(ann)
  })
  afterEach(async () => {
    await store[Symbol.asyncDispose]()
    await memory.close()
  })

  const another = async (): Promise<Memory> => openMemory({ store: (await options.reopen?.()) ?? driver })
  const position = async (): Promise<number> => (await store.changes(Number.MAX_SAFE_INTEGER, 1)).last
  /** The collections written since a position, apart from the memory's own records. */
  const writtenSince = async (seq: number): Promise<string[]> => {
    const { changes } = await store.changes(seq, 100)
    return changes.map(({ collection }) => collection).filter((collection) => !ownNotes.has(collection))
  }

  describe.each(valuePlaces)('$name', (place) => {
    it('keeps JSON data exactly, whatever its names, texts and numbers', async () => {
      await using other = await another()
      const changed: string[] = []
      for (const [what, text] of Object.entries(oddData)) {
        const value: unknown = JSON.parse(text)
        const id = (await place.begin?.(view)) ?? randomUUID()
        const written = await place.write(view, id, value)
        for (const reader of [view, other.as(ann)]) {
          if (!isSame(await place.read(reader, id, written), value)) changed.push(what)
        }
      }
      expect(changed).toEqual([])
      expect(Object.keys(Object.prototype)).toEqual([])
      expect(({} as { polluted?: unknown }).polluted).toBeUndefined()
    })

    it('accepts 500 levels and no more', async () => {
      const most = 500 - place.around
      const id = (await place.begin?.(view)) ?? randomUUID()
      const refused = { code: 'SKEIN_VALUE', path: place.path + '[0]'.repeat(most) }
      await expect(place.write(view, id, nested(most + 1))).rejects.toMatchObject(refused)
      const written = await place.write(view, id, nested(most))
      expect(isSame(await place.read(view, id, written), nested(most))).toBe(true)
    })

    it.skipIf(place.isMadeLater)('does not change when the caller changes the value later', async () => {
      const value: Record<string, unknown> = { words: ['goose'] }
      const id = (await place.begin?.(view)) ?? randomUUID()
      const writing = place.write(view, id, value)
      value['words'] = value
      const written = await writing
      expect(await place.read(view, id, written)).toEqual({ words: ['goose'] })
    })
  })

  describe('no operation', () => {
    it.each(faults)('accepts %s: it is refused with the path, and nothing is written', async (_, make, at) => {
      const outcomes: unknown[] = []
      const expected: unknown[] = []
      for (const { name, path, takes, begin, write, read } of valuePlaces) {
        const cases = [
          [make(), path + at],
          [{ a: { b: [0, make()] } }, `${path}.a.b[1]${at}`],
        ] as const
        for (const [value, fault] of cases) {
          if (takes?.(value)) continue
          const id = (await begin?.(view)) ?? randomUUID()
          const before = await position()
          const outcome = await write(view, id, value).then(() => 'taken', refusalOf)
          outcomes.push([name, outcome, await writtenSince(before), await read(view, id, undefined)])
          expected.push([name, `SKEIN_VALUE ${fault}`, [], undefined])
        }
      }
      expect(outcomes).toEqual(expected)
    })

    it.each(fickle)('keeps a value that %s never returned', async (_, make) => {
      const outcomes: unknown[] = []
      for (const { name, begin, write, read } of valuePlaces) {
        const id = (await begin?.(view)) ?? randomUUID()
        const outcome = await write(view, id, make()).then((written) => read(view, id, written), refusalOf)
        outcomes.push([name, String(outcome).startsWith('SKEIN_VALUE $') ? { x: 1 } : outcome])
      }
      expect(outcomes).toEqual(valuePlaces.map(({ name }) => [name, { x: 1 }]))
    })

    it('accepts half of a surrogate pair as a name: it is refused, and nothing is written', async () => {
      const { facts, observations, decisions, learnings, alerts, claims, escalations, objects } = view
      const attempts: Record<string, () => Promise<unknown>> = {
        'key of a fact': () => facts.set(half, 1),
        'key of an update': () => facts.update(half, () => 1),
        'key to delete': () => facts.delete(half),
        'key to get': () => facts.get(half),
        'key to read': () => facts.read(half),
        tag: () => facts.set('k', 1, { tags: ['a', half] }),
        task: () => facts.set('k', 1, { task: half }),
        compartment: () => facts.set('k', 1, { compartments: [half] }),
        'task of a claim to write under': () => facts.set('k', 1, { claim: { task: half, fence: 1 } }),
        'task of an observation': () => observations.log({ value: 1, task: half }),
        'tag of an observation': () => observations.log({ value: 1, tags: [half] }),
        'task of a decision': () => decisions.record({ decision: 1, reasoning: '', task: half }),
        'task of a learning': () => learnings.log({ signal: 'pattern', context: {}, details: 1, task: half }),
        'task of an alert': () => alerts.send({ to: ['ann'], insight: 1, task: half }),
        addressee: () => alerts.send({ to: [half], insight: 1 }),
        'role as recipient': () => alerts.send({ to: [{ role: half }], insight: 1 }),
        'task to claim': () => claims.claim(half),
        'task to look up': () => claims.holder(half),
        'task of an escalation': () => escalations.open({ task: half, reason: 'r' }),
        'assignee of an escalation': () => escalations.open({ task: 't', reason: 'r', assignedTo: half }),
        'tag of an object': () => objects.put('text', { tags: [half] }),
        'task of an object': () => objects.put('text', { task: half }),
        'key of work': () => view.once(half, () => 1),
        'task of work': () => view.once('k', () => 1, { task: half }),
      }
      const codes: Record<string, unknown> = {}
      for (const [name, attempt] of Object.entries(attempts)) {
        codes[name] = await (async () => attempt())().then(() => 'taken', refusalOf)
      }
      expect(codes).toEqual(Object.fromEntries(Object.keys(attempts).map((name) => [name, 'SKEIN_OPTION'])))
      expect(await writtenSince(0)).toEqual([])
    })
  })

  describe('half of a surrogate pair', () => {
    it('is kept in every text that is not a name', async () => {
      const { decisions, learnings, escalations, objects } = view
      for (const { name, begin, write, read } of valuePlaces) {
        if (name === 'an object') continue
        const id = (await begin?.(view)) ?? randomUUID()
        const written = await write(view, id, half)
        expect([name, await read(view, id, written)]).toEqual([name, half])
      }
      const decision = await decisions.record({ task: 't', decision: 1, reasoning: half })
      expect((await decisions.list()).items).toContainEqual(decision)
      const learning = await learnings.log({ signal: 'pattern', context: { [half]: half }, details: 1 })
      expect(learning.value.context).toEqual({ [half]: half })
      expect((await learnings.list()).items).toContainEqual(learning)
      const { id } = await escalations.open({ task: 't', reason: half, question: half })
      expect(await escalations.get(id)).toMatchObject({ reason: half, question: half })
      const ref = await objects.put('text', { mediaType: `text/plain; note=${half}` })
      expect(
        (await objects.lineage(await objects.put('more', { derivedFrom: [ref] }), { direction: 'sources' }))[0]?.ref,
      ).toEqual(ref)
    })

    it('is refused as the text of an object, because another text would have the same hash', async () => {
      await expect(view.objects.put(half)).rejects.toMatchObject({ code: 'SKEIN_VALUE', path: '$' })
      expect(await writtenSince(0)).toEqual([])
    })

    it('finds no record with another name', async () => {
      const other = memory.as({ id: '\ufffd', role: 'r' })
      await other.observations.log({ value: 'goose', task: '\ufffd' })
      await other.escalations.open({ task: '\ufffd', reason: 'r' })
      const { observations, escalations } = view
      const attempts: Promise<readonly unknown[]>[] = [
        observations.list({ task: '\ud800' }).then(({ items }) => items),
        observations.list({ author: '\ud800' }).then(({ items }) => items),
        observations.search('goose', { task: '\ud800' }),
        observations.search('goose', { author: '\ud800' }),
        escalations.list({ task: '\ud800' }),
      ]
      const found = await Promise.allSettled(attempts)
      expect(found.flatMap((outcome) => (outcome.status === 'fulfilled' ? outcome.value : []))).toEqual([])
      const others = observations.list({ notAuthor: '\ud800' }).then(({ items }) => items.length)
      expect(await others.catch(refusalOf)).toBeOneOf([1, 'SKEIN_OPTION'])
    })
  })

  describe('an observation', () => {
    it('is found by the words that it had when it was logged', async () => {
      const { observations } = view
      const value = { text: 'goose' }
      const logged = observations.log({ value })
      value.text = 'swan'
      await logged
      expect(await observations.search('goose')).toHaveLength(1)
      expect(await observations.search('swan')).toHaveLength(0)
    })
  })

  describe('a result', () => {
    it('with odd names is the same for the caller that computes it, one that joins and a later one', async () => {
      const text = oddData['a property named __proto__'] ?? ''
      const [computed, joined] = await Promise.all(
        [1, 2].map(() => view.once('k', async () => JSON.parse(text) as unknown)),
      )
      const later = await view.once('k', () => 1)
      for (const { value } of [computed, joined, later] as { value: unknown }[])
        expect(JSON.stringify(value)).toBe(text)
    })

    it('is the stored value, even if the worker changes its own afterwards', async () => {
      const given = { n: 1 }
      let isGiven = false
      // Changes the value after it is on disk and before the worker gets the outcome.
      const meddle = (): void => void (isGiven && (given.n += 1))
      const meddling: StoreDriver = {
        ...driver,
        open: async (space, role) => {
          const inner = await driver.open(space, role)
          return { ...forward(inner), write: (batch) => inner.write(batch).finally(meddle) }
        },
      }
      await using other = await openMemory({ store: meddling })
      const first = await other.as(ann).once('k', () => {
        isGiven = true
        return given
      })
      expect(first.value).toEqual({ n: 1 })
      expect((await view.once('k', () => 0)).value).toEqual({ n: 1 })
    })

    it('of work that returns nothing is null for every caller', async () => {
      expect((await view.once('k', () => undefined)).value).toBeNull()
      expect(await view.once('k', () => undefined)).toMatchObject({ value: null, reused: true })
    })
  })
}
