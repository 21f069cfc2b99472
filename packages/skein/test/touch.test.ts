import { describe, expect, it } from 'vitest'

import { expectClearError } from './expect-clear-error.ts'
import { openIn } from './sample-memory.ts'
import { useSampleMemory } from './use-sample-memory.ts'

const { sample, run, json } = useSampleMemory()
const hour = 3_600_000

describe('skein touch', () => {
  it('gives facts and other records a new time to live', async () => {
    const memory = await openIn(sample.folder)
    const ann = memory.as({ id: 'ann', role: 'sales' })
    const { id } = await ann.observations.log({ value: 'short', ttlMs: hour })
    await ann.facts.set('price/acme', 12, { ttlMs: hour })
    const now = ann.now()
    const fact = await json<{ expiresAt: number }>('touch', 'price/acme', '--ttl', '2d', '--as', 'bob')
    expect(fact).toMatchObject({ collection: 'facts', id: 'price/acme' })
    expect(fact.expiresAt).toBeGreaterThanOrEqual(now + 48 * hour)
    const found = await ann.records.get('facts', 'price/acme')
    expect(found).toMatchObject({ value: 12, version: 1, author: 'ann', expiresAt: fact.expiresAt })
    const entry = await run('touch', `observations/${id.slice(0, 12)}…`, '--ttl', '90d')
    expect(entry).toMatchObject({ code: 0, stdout: expect.stringMatching(/expires at .*, in 90 days\.\n$/) })
    // An earlier end is a write by the name that is given, and keeps the past.
    expect(await run('touch', 'facts/price/acme', '--ttl', '10m', '--as', 'bob')).toMatchObject({ code: 0 })
    const versions = await ann.facts.history('price/acme')
    expect(versions.map(({ version, author }) => [version, author])).toEqual([
      [2, 'bob'],
      [1, 'ann'],
    ])
    await memory.close()
    expectClearError(await run('touch', `observations/${id}`, '--ttl', '1m', '--as', 'bob'), 1, /right "erase"/)
  })

  it('says what it needs', async () => {
    expectClearError(await run('touch', 'facts/none', '--ttl', '1h'), 1, /no fact "none"|none/)
    expectClearError(await run('touch', 'price', '--ttl', 'long'), 2, /--ttl.*30s, 10m, 2h, 3d or 1w/)
  })
})
