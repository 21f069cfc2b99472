import { behavior, createFlock } from '@skein/core'
import type { Flock } from '@skein/core'
import type { Memory } from '@skein/memory'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { expectClearError } from './expect-clear-error.ts'
import { skein } from './run-skein.ts'
import type { Ended } from './run-skein.ts'
import { folderForAll, openIn } from './sample-memory.ts'

const folder = folderForAll()
const order = (...args: string[]): Promise<Ended> =>
  skein(['order', ...args, '--store', 'x.db', '--as', 'olga'], folder)
const allowed = ['--right', 'control'] as const

let memory: Memory
let flock: Flock
beforeAll(async () => {
  memory = await openIn(folder)
  flock = await createFlock({ memory, threads: 1 })
})
afterAll(async () => {
  await flock.close()
  await memory.close()
})

describe('skein order', () => {
  it('gives an order to an agent of another process, and says what came of it', async () => {
    const told: string[] = []
    const receive = (state: null, { type }: { readonly type: string }): null => {
      told.push(type)
      return state
    }
    const ann = flock.spawn(behavior({ role: 'clerk', initial: null, receive }), { id: 'ann' })
    const paused = await order('pause', 'ann', '--why', 'It repeats itself.', ...allowed)
    expect(paused).toMatchObject({
      code: 0,
      stdout: 'Paused. Work already running continues to its end.\n',
      stderr: '',
    })
    expect(ann.state).toBe('paused')
    expect(JSON.parse((await order('send', 'ann', 'hurry', '--json', ...allowed)).stdout)).toEqual({
      space: 'default',
      agent: 'ann',
      order: 'send',
    })
    ann.resume()
    await expect.poll(() => told).toEqual(['hurry'])
    const auditor = memory.as({ id: 'eve', role: 'auditor', rights: ['audit'] })
    const entries = await Array.fromAsync(auditor.audit.entries({ action: 'control' }))
    expect(entries.map(({ agent, reason }) => [agent, reason])).toEqual([
      ['olga', 'pause: It repeats itself.'],
      ['olga', 'send'],
    ])
  })

  it('says why an order was not carried out', async () => {
    expectClearError(await order('stop', 'ann'), 1, /the right "control"/)
    expectClearError(await order('cancel', 'ann', 'none', ...allowed), 1, /has ended, or belongs to another agent/)
    expectClearError(await order('send', 'ann', ...allowed), 1, /skein order send AGENT MESSAGE/)
    expect(flock.agent('ann')?.state).toBe('running')
  })
})
