import { behavior } from '@skein/core'
import type { AgentRef, Message } from '@skein/core'
import { virtualClock } from '@skein/core/testing'
import type { VirtualClock } from '@skein/core/testing'
import { describe, expect, it } from 'vitest'

import { openFlock } from './open-flock.ts'

describe('virtualClock', () => {
  it('fires timers in order, each at its time', async () => {
    const clock: VirtualClock = virtualClock(1_000)
    const seen: [string, number][] = []
    clock.setTimeout(() => seen.push(['late', clock.now()]), 50)
    clock.setTimeout(() => {
      seen.push(['early', clock.now()])
      clock.setTimeout(() => seen.push(['after it', clock.now()]), 5)
    }, 10)
    clock.clearTimeout(clock.setTimeout(() => seen.push(['never', clock.now()]), 20))
    await clock.advance(49)
    expect(seen).toEqual([
      ['early', 1_010],
      ['after it', 1_015],
    ])
    expect(clock.pending).toBe(1)
    await clock.advance(1)
    expect(seen.at(-1)).toEqual(['late', 1_050])
  })

  it('waits until messages are delivered, however long that takes', async () => {
    const clock = virtualClock()
    const { flock } = await openFlock(undefined, { threads: 1 }, { clock })
    const slow = behavior({
      role: 'slow',
      initial: 0,
      receive: (count: number) => {
        // Longer than the flock keeps its turn of the event loop.
        const end = performance.now() + 6
        while (performance.now() < end);
        return count + 1
      },
    })
    const refs = [1, 2, 3].map(() => flock.spawn(slow))
    for (const ref of refs) for (let n = 0; n < 10; n += 1) ref.send({ type: 'go' })
    await clock.advance(0)
    expect(refs.map(({ snapshot }) => snapshot)).toMatchObject([{ context: 10 }, { context: 10 }, { context: 10 }])
  })

  it('stops waiting after a while for agents that never become idle', async () => {
    const clock = virtualClock()
    const { flock } = await openFlock(undefined, { threads: 1 }, { clock })
    const restless: AgentRef = flock.spawn(
      behavior({
        role: 'restless',
        initial: 0,
        receive: (count: number, message: Message) => {
          restless.send(message)
          return count + 1
        },
      }),
    )
    restless.send({ type: 'go' })
    await clock.advance(10)
    expect(clock.now()).toBe(10)
    expect(restless.snapshot).toMatchObject({ status: 'active' })
    restless.stop()
  })
})
