import { agent, behavior } from '@skein/core'
import type { Question } from '@skein/core'
import { describe, expect, it } from 'vitest'

import { nextEvent, openFlock } from './open-flock.ts'

type Sum = { readonly type: 'add'; readonly by: number } | Question<'read', undefined, number>
const sum = behavior({
  role: 'sum',
  initial: 0,
  receive: (total, message: Sum, { reply }) => {
    if (message.type === 'add') return total + message.by
    reply(message, total)
    return total
  },
})

describe('draining', () => {
  it('waits until all work is done, and reports it', async () => {
    const { flock, report } = await openFlock()
    const worker = flock.spawn(agent({ role: 'worker', on: { nap: report.nap } }))
    const asked = [10, 10].map((input) => worker.ask({ type: 'nap', input }))
    expect(await flock.drain()).toEqual({ isComplete: true, aborted: 0, busy: [] })
    expect(await Promise.all(asked)).toHaveLength(2)
    expect(() => flock.spawn(sum)).toThrow('closed')
  })

  it('aborts and reports work that is not done in time', async () => {
    const { flock, report } = await openFlock()
    const worker = flock.spawn(agent({ role: 'worker', on: { wait: report.untilAborted } }), { id: 'w' })
    const begun = nextEvent(flock, 'activity.progress')
    const asked = worker.ask({ type: 'wait', input: null })
    const refused = expect(asked).rejects.toMatchObject({ code: 'SKEIN_AGENT_STOPPED' })
    await begun
    const report2 = await flock.drain({ timeoutMs: 1 })
    expect(report2).toEqual({ isComplete: false, aborted: 1, busy: [{ id: 'w', role: 'worker', load: 1 }] })
    await refused
  })
})
