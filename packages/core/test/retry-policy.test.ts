import { extractiveModel, shareModel, webhook } from '@skein/core'
import { mapStore, openMemory } from '@skein/memory'
import { describe, expect, it } from 'vitest'

import { resolveRetry } from '../src/supervision/retry-policy.ts'

const defaults = { maxRetries: 4, baseDelayMs: 100, maxDelayMs: 10_000, jitter: 0.5 }

describe('a retry policy', () => {
  it('gets the defaults of its option for what it leaves out', () => {
    expect(resolveRetry(undefined, defaults)).toEqual(defaults)
    expect(resolveRetry({ maxRetries: 0, codes: ['ECONNRESET'] }, defaults)).toEqual({
      ...defaults,
      maxRetries: 0,
      codes: ['ECONNRESET'],
    })
  })

  it.each([
    [{ maxRetries: -1 }, 'retry.maxRetries'],
    [{ maxRetries: 1.5 }, 'retry.maxRetries'],
    [{ maxRetries: 1_001 }, 'retry.maxRetries'],
    [{ baseDelayMs: -1 }, 'retry.baseDelayMs'],
    [{ maxDelayMs: Number.NaN }, 'retry.maxDelayMs'],
    [{ jitter: 1.1 }, 'retry.jitter'],
    [{ codes: 'ECONNRESET' }, 'retry.codes'],
  ])('%j is rejected by a webhook and a model', async (bad, option) => {
    const retry = bad as never
    const url = 'https://hooks.example.com'
    expect(() => webhook({ url, secret: 'a secret of some length', retry })).toThrow(`\`${option}\``)
    await using memory = await openMemory({ store: mapStore() })
    const model = { ...extractiveModel(), settings: { retry } }
    expect(() => shareModel(model, memory.as({ id: 'a', role: 'r' }))).toThrow(`\`${option}\``)
  })
})
