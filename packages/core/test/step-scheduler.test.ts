import { behavior } from '@skein/core'
import type { Message } from '@skein/core'
import { stepScheduler } from '@skein/core/testing'
import { describe, expect, it } from 'vitest'

import { openFlock } from './open-flock.ts'

describe('the order of turns', () => {
  it('is reproduced by its seed, and differs between seeds', async () => {
    const orderOf = async (seed: number): Promise<string> => {
      const scheduler = stepScheduler(seed)
      const { flock } = await openFlock(undefined, { threads: 1 }, { scheduler })
      const seen: string[] = []
      const echo = behavior({
        role: 'echo',
        initial: null,
        receive: (state: null, message: Message, { id }) => {
          seen.push(id + message.type)
          return state
        },
      })
      for (const id of ['a', 'b', 'c']) {
        const ref = flock.spawn(echo, { id })
        ref.send({ type: '1' })
        ref.send({ type: '2' })
      }
      expect(await scheduler.settle()).toBe(6)
      return seen.join(' ')
    }
    expect(await orderOf(1)).toBe(await orderOf(1))
    const orders = new Set(await Promise.all([1, 2, 3, 4, 5].map(orderOf)))
    expect(orders.size).toBeGreaterThan(1)
    for (const order of orders)
      for (const id of ['a', 'b', 'c']) expect(order.indexOf(`${id}1`)).toBeLessThan(order.indexOf(`${id}2`))
  })
})
