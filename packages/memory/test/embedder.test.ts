import { once } from 'node:events'

import { mapStore, openMemory } from '@skein/memory'
import type { Embedder, Memory, MeaningOptions } from '@skein/memory'
import { ReadScope } from '@skein/memory/runtime'
import { afterEach, describe, expect, it, onTestFinished } from 'vitest'

import { conceptEmbedder } from '../src/testing/concept-embedder.ts'

const ann = { id: 'ann', role: 'research' } as const
const boss = { id: 'boss', role: 'head', clearance: { level: 'confidential' } } as const
const opened: Memory[] = []

async function open(embedder: Embedder, more: Partial<MeaningOptions> = {}): Promise<Memory> {
  const memory = await openMemory({ store: mapStore(), search: { embedder, ...more } })
  opened.push(memory)
  return memory
}

afterEach(async () => {
  await Promise.all(opened.splice(0).map((memory) => memory.close()))
})

describe('an embedder', () => {
  it.each<[object, string]>([
    [{ embeder: conceptEmbedder() }, 'search.embeder'],
    [{ embedder: undefined }, 'search.embedder'],
    [{ embedder: conceptEmbedder(), vectors: 'int4' }, 'search.vectors'],
    [{ embedder: conceptEmbedder(), by: 'magic' }, 'search.by'],
    [{ embedder: conceptEmbedder(), maxWaitMs: 0 }, 'search.maxWaitMs'],
    [{ embedder: conceptEmbedder({ id: '' }) }, 'search.embedder.id'],
    [{ embedder: conceptEmbedder({ dimensions: 0 }) }, 'search.embedder.dimensions'],
    [{ embedder: conceptEmbedder({ dimensions: 8_193 }) }, 'search.embedder.dimensions'],
    [{ embedder: { ...conceptEmbedder(), embed: 'no' } }, 'search.embedder.embed'],
    [{ embedder: conceptEmbedder({ maxTexts: 0 }) }, 'search.embedder.maxTexts'],
    [{ embedder: conceptEmbedder({ maxTextLength: 0.5 }) }, 'search.embedder.maxTextLength'],
    [{ embedder: conceptEmbedder({ timeoutMs: 2 ** 31 }) }, 'search.embedder.timeoutMs'],
    [{ embedder: conceptEmbedder({ allows: { level: 'none' as 'public' } }) }, 'principal.clearance.level'],
  ])('is refused as %j, before anything is written', async (search, option) => {
    const opening = openMemory({ store: mapStore(), search: search as MeaningOptions })
    await expect(opening).rejects.toMatchObject({ code: 'SKEIN_OPTION', option })
  })

  it('is needed to search by meaning, and to wait for vectors', async () => {
    await using memory = await openMemory({ store: mapStore() })
    const { observations } = memory.as(ann)
    await expect(observations.search('x', { by: 'both' })).rejects.toMatchObject({ option: 'by' })
    await expect(observations.search('x', { by: 'nothing' as 'both' })).rejects.toMatchObject({ option: 'by' })
    await expect(memory.vectorsReady()).rejects.toMatchObject({ option: 'search' })
    expect(memory.vectors).toBeUndefined()
    expect(await observations.search('x', { by: 'words' })).toEqual([])
  })

  const good = conceptEmbedder()
  const vectors = (texts: readonly string[]): Promise<readonly ArrayLike<number>[]> =>
    good.embed(texts, { signal: new AbortController().signal })
  const failures: Record<string, [Embedder['embed'], RegExp]> = {
    throws: [
      () => {
        throw new Error('out')
      },
      /failed/,
    ],
    'rejects with no error': [() => Promise.reject(new Error()), /failed/],
    hangs: [() => new Promise(() => {}), /did not answer within 50 ms/],
    'answers nothing': [async () => undefined as never, /an array with a vector for each of 1 texts, got undefined/],
    'answers fewer vectors': [async () => [], /got 0 of them/],
    'answers one more vector': [async (texts) => vectors([...texts, 'more']), /got 2 of them/],
    'answers shorter vectors': [async () => [new Float32Array(3)], /16 dimensions, got one of 3/],
    'answers an object': [async () => [{} as never], /16 dimensions, got something else/],
    'answers NaN': [async () => [new Float32Array(16).fill(NaN)], /finite numbers/],
    'answers infinity': [async () => [Array.from({ length: 16 }, () => Infinity)], /finite numbers/],
    'answers strings': [async () => [Array.from({ length: 16 }, () => '1') as never], /finite numbers/],
    'answers zeros': [async () => [new Float32Array(16)], /not all zero/],
  }

  it.each(Object.entries(failures))(
    'that %s fails a search that names it, and no other',
    async (_, [embed, message]) => {
      let isBroken = true
      const embedder = conceptEmbedder({
        timeoutMs: 50,
        embed: async (texts, options) => (isBroken ? embed(texts, options) : vectors(texts)),
      })
      const warned = once(process, 'warning')
      const memory = await open(embedder)
      const { observations } = memory.as(ann)
      await observations.log({ value: 'a car' })
      // Whoever writes did not wait for it.
      expect(await observations.search('car')).toMatchObject([{ item: { value: 'a car' } }])
      for (const by of ['meaning', 'both'] as const) {
        await expect(observations.search('vehicle', { by })).rejects.toMatchObject({
          code: 'SKEIN_EMBEDDER',
          embedder: 'concepts',
          message: expect.stringMatching(message) as string,
        })
      }
      expect(await warned).toMatchObject([{ code: 'SKEIN_EMBEDDER' }])
      expect(memory.vectors).toMatchObject({ embedder: 'concepts', stored: 0, lastError: { code: 'SKEIN_EMBEDDER' } })
      isBroken = false
      await observations.log({ value: 'the price' })
      await expect.poll(() => memory.vectors?.stored).toBeGreaterThan(0)
      expect(await observations.search('cost', { by: 'meaning' })).not.toEqual([])
      expect(memory.vectors?.lastError).toBeUndefined()
    },
  )

  it('that fails at one text makes the vectors of the others', async () => {
    process.once('warning', () => {})
    const embedder = conceptEmbedder({
      embed: async (texts) => {
        if (texts.some((text) => text.includes('poison'))) throw new Error('I will not')
        return vectors(texts)
      },
    })
    const memory = await open(embedder)
    const { observations } = memory.as(ann)
    for (const value of ['a car', 'poison', 'rain', 'a doctor']) await observations.log({ value })
    await memory.vectorsReady()
    expect(memory.vectors).toMatchObject({ stored: 3, pending: 0, failed: 1 })
    expect(await observations.search('weather', { by: 'meaning', limit: 1 })).toMatchObject([
      { item: { value: 'rain' } },
    ])
    expect(await observations.search('poison')).toMatchObject([{ item: { value: 'poison' } }])
  })

  it('is given no more than it may have', async () => {
    const embedder = conceptEmbedder({ allows: { level: 'internal' } })
    const memory = await open(embedder)
    await memory.as(boss).observations.log({ value: 'a secret car', sensitivity: 'confidential' })
    await memory.as(boss).observations.log({ value: 'a known car', sensitivity: 'internal' })
    await memory.vectorsReady()
    expect(embedder.calls).toEqual([['a known car']])
    expect(memory.vectors).toMatchObject({ stored: 1, pending: 0, failed: 0 })
    using scope = new ReadScope()
    const view = memory.as(boss, scope)
    expect(await view.observations.search('secret', { by: 'words' })).toHaveLength(1)
    // The query may repeat what was read.
    await expect(view.observations.search('secret car', { by: 'meaning' })).rejects.toMatchObject({
      code: 'SKEIN_ACCESS',
    })
    expect(await view.observations.search('secret car')).toHaveLength(2)
    expect(embedder.calls).toHaveLength(1)
  })

  it('gets the beginning of a long text, and nothing of what has no text', async () => {
    const embedder = conceptEmbedder({ maxTextLength: 8 })
    const memory = await open(embedder)
    const { observations } = memory.as(ann)
    for (const value of ['12345 car and more', 'a 🦆 🦆🦆🦆', true, null, { deep: [] }, ' '])
      await observations.log({ value })
    await memory.vectorsReady()
    expect(embedder.calls.flat()).toEqual(['12345 ca', 'a 🦆 🦆�'])
    expect(memory.vectors).toMatchObject({ stored: 2, pending: 0, failed: 0 })
    expect(await observations.search(' ', { by: 'meaning' })).toEqual([])
  })

  it('is asked once for the same query, by whoever asks', async () => {
    const embedder = conceptEmbedder()
    const memory = await open(embedder)
    await memory.as(ann).observations.log({ value: 'a car' })
    await memory.vectorsReady()
    const hits = await Promise.all([ann, boss].map((who) => memory.as(who).observations.search('vehicle')))
    expect(hits[0]).toEqual(hits[1])
    expect(embedder.calls.flat()).toEqual(['a car', 'vehicle'])
  })

  it('is not asked for a phrase, which only words can tell', async () => {
    const embedder = conceptEmbedder()
    const memory = await open(embedder)
    const { observations } = memory.as(ann)
    for (const value of ['a fast car', 'a car, fast', 'an automobile']) await observations.log({ value })
    await memory.vectorsReady()
    expect(await observations.search('"fast car"')).toMatchObject([{ item: { value: 'a fast car' } }])
  })

  it('that takes long is waited for by those alone who ask for it', async () => {
    const { promise: late, resolve } = Promise.withResolvers<void>()
    const embedder = conceptEmbedder({
      embed: async (texts) => {
        if (texts.includes('vehicle')) await late
        return vectors(texts)
      },
    })
    const memory = await open(embedder, { maxWaitMs: 20 })
    const { observations } = memory.as(ann)
    await observations.log({ value: 'a car' })
    await memory.vectorsReady()
    const asked = observations.search('vehicle', { by: 'both' })
    expect(await observations.search('vehicle')).toEqual([])
    resolve()
    expect(await asked).toMatchObject([{ item: { value: 'a car' } }])
    expect(await observations.search('vehicle')).toMatchObject([{ item: { value: 'a car' } }])
  })

  it('does not keep a memory from closing, and hears of it', async () => {
    const { promise: asked, resolve } = Promise.withResolvers<AbortSignal>()
    const memory = await open({
      id: 'slow',
      dimensions: 3,
      embed: (_, { signal }) => {
        resolve(signal)
        return new Promise(() => {})
      },
    })
    await memory.as(ann).observations.log({ value: 'a car' })
    const signal = await asked
    const waiting = memory.vectorsReady()
    const outcome = expect(waiting).rejects.toMatchObject({ code: 'SKEIN_CLOSED' })
    await memory.close()
    await outcome
    expect(signal.aborted).toBe(true)
    await expect(memory.vectorsReady()).rejects.toMatchObject({ code: 'SKEIN_CLOSED' })
  })

  it('can be waited for as long as one likes', async () => {
    const memory = await open(conceptEmbedder({ embed: () => new Promise(() => {}) }))
    await memory.as(ann).observations.log({ value: 'a car' })
    const reason = new Error('enough')
    await expect(memory.vectorsReady(AbortSignal.abort(reason))).rejects.toBe(reason)
    const controller = new AbortController()
    const waiting = memory.vectorsReady(controller.signal)
    controller.abort(reason)
    await expect(waiting).rejects.toBe(reason)
  })

  it('leaves no vector of a record that was forgotten meanwhile', async () => {
    const { promise: asked, resolve: onAsked } = Promise.withResolvers<void>()
    const { promise: forgotten, resolve: onForgotten } = Promise.withResolvers<void>()
    const store = mapStore()
    const memory = await openMemory({
      store,
      search: {
        embedder: conceptEmbedder({
          embed: async (texts) => {
            onAsked()
            await forgotten
            return vectors(texts)
          },
        }),
      },
    })
    onTestFinished(() => memory.close())
    const view = memory.as(ann)
    const { id } = await view.observations.log({ value: 'a car' })
    await asked
    await view.forget(`observations/${id}`, { reason: 'asked' })
    onForgotten()
    await memory.vectorsReady()
    await using raw = await store.open('default', 'reader')
    expect(await raw.read([{ collection: 'vectors', id: `observations/${id}` }])).toEqual([undefined])
    expect(memory.vectors).toMatchObject({ stored: 0, pending: 0 })
  })

  it('of another memory, opened later, ends search by this one', async () => {
    const store = mapStore()
    await using first = await openMemory({ store, search: { embedder: conceptEmbedder() } })
    const { observations } = first.as(ann)
    await observations.log({ value: 'a car' })
    await first.vectorsReady()
    await using second = await openMemory({ store, search: { embedder: conceptEmbedder({ id: 'other' }) } })
    await second.vectorsReady()
    await expect(observations.search('vehicle', { by: 'meaning' })).rejects.toThrow(/another embedder/)
    expect(await observations.search('car')).toHaveLength(1)
    expect(await second.as(ann).observations.search('vehicle', { by: 'meaning' })).toHaveLength(1)
  })
})
