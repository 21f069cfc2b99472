import { aiSdkModel } from '@skein/ai-sdk'
import { createFlock } from '@skein/core'
import { describe, expect, it } from 'vitest'

import type * as asking from './fixtures/asking.ts'
import { embedder, model as parrot } from './fixtures/parrot.ts'
import { openStore } from './local-models.ts'

const module = new URL('./fixtures/parrot.ts', import.meta.url)

describe('a model that a module exports', () => {
  it('answers activities, in whatever thread they run, and each question once', async () => {
    const memory = await openStore()
    await using flock = await createFlock({ memory, model: await aiSdkModel(module), threads: 2 })
    const { ask } = flock.activities<typeof asking>(new URL('./fixtures/asking.ts', import.meta.url))
    const answers = await Promise.all(['Hello.', 'Hello.', 'Hello.'].map((text) => ask(text)))
    expect(answers).toEqual(Array.from({ length: 3 }, () => ['Hello. Hello.', 6]))
    const { model: line } = await memory.ledger()
    expect(line?.used).toMatchObject({ calls: 2 })
  })

  it('has the same id everywhere, and may be one of several, or only make vectors', async () => {
    const model = await aiSdkModel(module.href, { limits: { parallel: 2 } })
    expect(model.id).toBe('aviary/parrot-1+aviary/nest')
    expect(structuredClone(model.descriptor)).toMatchObject({ name: 'modelOfModule', options: { module: module.href } })
    const vectors = await aiSdkModel(module, { exportName: 'embedder' })
    expect([vectors.id, vectors.chat]).toEqual(['aviary/nest', undefined])
  })

  it('must be there', async () => {
    await expect(aiSdkModel(module, { exportName: 'owl' })).rejects.toMatchObject({
      code: 'SKEIN_OPTION',
      option: 'model',
      message: expect.stringContaining('`owl`') as string,
    })
    await expect(async () => aiSdkModel(module, { embedder })).rejects.toMatchObject({ option: 'embedder' })
    const nowhere = new URL('./fixtures/owl.ts', import.meta.url)
    await expect(async () => aiSdkModel(nowhere)).rejects.toMatchObject({ code: 'SKEIN_OPTION', option: 'model' })
    await expect(async () => aiSdkModel('./parrot.ts')).rejects.toMatchObject({ option: 'model' })
  })
})

it('a model that is an object of this thread is refused by a flock, with what to do', async () => {
  const memory = await openStore()
  await expect(createFlock({ memory, model: aiSdkModel(parrot) })).rejects.toMatchObject({
    code: 'SKEIN_OPTION',
    option: 'model',
    message: expect.stringContaining("aiSdkModel(new URL('./model.ts', import.meta.url))") as string,
  })
})

it('the AI SDK shares its calls within activities, too', async () => {
  const memory = await openStore()
  await using flock = await createFlock({ memory, threads: 2 })
  const { askBySdk } = flock.activities<typeof asking>(new URL('./fixtures/asking.ts', import.meta.url))
  const answers = await Promise.all(['Hello.', 'Hello.', 'Hello.'].map((text) => askBySdk(text)))
  expect(new Set(answers)).toEqual(new Set(['Hello. Hello.']))
  expect((await memory.ledger())['model']).toMatchObject({ used: { calls: 1 }, reused: 2 })
})
