import type { Memory } from '@skein/memory'
import type { RecordDifference } from '@skein/memory/runtime'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { expectClearError } from './expect-clear-error.ts'
import { cleared, openIn, secret } from './sample-memory.ts'
import { useSampleMemory, withoutTimes } from './use-sample-memory.ts'

const { sample, run, json } = useSampleMemory()
let memory: Memory
/** After what the sample memory holds. */
let since = ''
beforeAll(async () => {
  memory = await openIn(sample.folder)
  const ann = memory.as({ id: 'ann', role: 'sales', rights: ['erase', 'correct'] })
  const { updatedAt } = await ann.facts.set('mark', 1, { subject: 'person/42' })
  since = new Date(updatedAt + 1).toISOString()
  while (memory.as({ id: 'ann', role: 'sales' }).now() <= updatedAt + 2) await new Promise(setImmediate)
  await ann.facts.set('price', { low: 12 }, { task: 'deal/7' })
  await ann.facts.delete('last')
  const [noted] = (await ann.observations.list({ task: 'deal/7' })).items
  await ann.observations.retract(noted?.id ?? '', 'A rumor.')
  await ann.forget({ subject: 'person/42' }, { reason: 'She asked for it.' })
})
afterAll(() => memory.close())

interface Printed {
  readonly changes: readonly RecordDifference[]
}

describe('skein diff', () => {
  it('shows facts then and now, what was corrected, and what was forgotten', async () => {
    const { stdout, stderr, code } = await run('diff', '--since', since)
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    const lines = withoutTimes(stdout)
      .split('\n')
      .map((line) => line.replaceAll(/[\da-f-]{8,}…|[\da-f-]{36}/g, 'ID').replaceAll(/ +/g, ' '))
    expect(lines).toEqual([
      'TIME CHANGE RECORD AUTHOR TASK BEFORE AFTER',
      'TIME changed facts/price ann deal/7 {"low":11,"high":12} {"low":12}',
      'TIME removed facts/last ann true',
      'TIME corrected observations/ID ann deal/7 Acme raised its prices in autumn retracted by ann: A rumor.',
      'TIME forgotten erasures/ID ann 1 fact: She asked for it.',
      '4 changes',
      '',
    ])
    const { changes } = await json<Printed>('diff', '--since', since, '--task', 'deal/7')
    expect(changes).toMatchObject([
      { change: 'changed', id: 'price', before: { value: { low: 11, high: 12 } }, after: { value: { low: 12 } } },
      { change: 'corrected', collection: 'observations' },
    ])
  })

  it('shows what was there at the later time, within the clearance', async () => {
    const { changes } = await json<Printed>('diff', '--since', '1h', '--until', since)
    expect(changes.find(({ id }) => id === 'price')).toMatchObject({ change: 'added', after: { version: 2 } })
    expect(JSON.stringify(changes)).not.toContain(secret)
    expect((await run('diff', '--since', '1h', ...cleared)).stdout).toContain(secret)
    const cut = await run('diff', '--since', '1h', '--limit', '2')
    expect(cut).toMatchObject({ code: 0, stderr: expect.stringMatching(/newest 2 of \d+ changes\. --limit/) })
  })

  it('says how far back the history reaches, and what it needs', async () => {
    const early = await run('diff', '--since', '45d')
    expectClearError(early, 1, /history of facts does not reach back to .*kept from/)
    expect((await run('diff', '--since', '45d', '--keep', '60d', '--task', 'none')).stdout).toMatch(
      /^Nothing that this clearance \(public\) covers changed/,
    )
    expectClearError(await run('diff', '--since', '1h', '--until', '2h'), 1, /--until is before --since/)
  })
})
