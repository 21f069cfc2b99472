import { describe, expect, it, onTestFinished } from 'vitest'

import { mapStore, openMemory } from '../src/index.ts'
import type { Principal, WorkContext } from '../src/index.ts'
import { noCost, ReadScope, workId } from '../src/runtime.ts'

const ann = { id: 'ann', role: 'reader' }

describe('the record of a result', () => {
  it('contains neither zeros nor what the record says itself, and reads as the whole', async () => {
    const view = await open(ann)
    const work = ({ reportUsage, reportDuration }: WorkContext): string => {
      reportUsage({ inputTokens: 5 })
      reportDuration(1.234_56)
      return 'six'
    }
    const whole = { ...noCost, ms: 1.235, inputTokens: 5 }
    expect(await view.once('k', work)).toMatchObject({ value: 'six', cost: whole })
    const record = await view.records.get('work', workId({ level: 'public', compartments: [] }, 'k'))
    expect(record?.value).toStrictEqual({ state: 'done', value: 'six', cost: { inputTokens: 5, ms: 1.235 } })
    expect(await view.once('k', work)).toMatchObject({ reused: true, cost: whole })
  })

  it('tells a price of 0 from one that nobody knows', async () => {
    const view = await open(ann)
    const work = ({ reportUsage, reportDuration }: WorkContext): string => {
      reportUsage({ calls: 1, usd: 0 })
      reportDuration(1)
      return 'six'
    }
    const { cost } = await view.once('free', work)
    expect(cost).toStrictEqual({ ...noCost, calls: 1, ms: 1, usd: 0 })
    expect((await view.once('free', work)).cost).toStrictEqual(cost)
  })

  it('contains what the work has read where that differs from its clearance', async () => {
    using scope = new ReadScope()
    const view = await open({ ...ann, clearance: { level: 'internal' } }, scope)
    await view.once('k', () => 'six')
    const record = await view.records.get('work', workId({ level: 'internal', compartments: [] }, 'k'))
    expect(record?.value).toMatchObject({ label: { sensitivity: 'public', compartments: [] } })
  })
})

async function open(principal: Principal, scope?: ReadScope) {
  const memory = await openMemory({ store: mapStore() })
  onTestFinished(() => memory.close())
  return memory.as(principal, scope)
}
