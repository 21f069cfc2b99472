import { describe, expect, it } from 'vitest'
import { setup } from 'xstate'

import { openFlock } from './open-flock.ts'

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

describe('messages', () => {
  it('run in chains of 100,000 without overflowing the stack or starving timers', async () => {
    const { flock } = await openFlock()
    let left = 100_000
    const hop = setup({ types: {} as { events: { type: 'hop' } } }).createMachine({
      on: {
        hop: {
          actions: () => {
            left -= 1
            if (left > 0) ring[left % 2]?.send({ type: 'hop' })
          },
        },
      },
    })
    const ring = [flock.spawn(hop), flock.spawn(hop)]
    const beforeTimer = new Promise<number>((resolve) => setTimeout(() => resolve(left), 5))
    ring[0]?.send({ type: 'hop' })
    expect(await beforeTimer).toBeGreaterThan(0)
    while (left > 0) await turn()
    expect(left).toBe(0)
  })
})
