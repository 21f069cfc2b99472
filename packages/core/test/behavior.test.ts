import { behavior } from '@skein/core'
import type { Message, Question } from '@skein/core'
import { currentWork } from '@skein/memory/runtime'
import { describe, expect, it } from 'vitest'

import { openFlock } from './open-flock.ts'

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

describe('a light agent', () => {
  it('computes its next state from each message, and answers', async () => {
    const { flock } = await openFlock()
    const ref = flock.spawn(sum)
    ref.send({ type: 'add', by: 2 })
    ref.send({ type: 'add', by: 3 })
    expect(await ref.ask({ type: 'read' })).toBe(5)
    expect(ref.snapshot).toEqual({ status: 'active', context: 5 })
  })

  it('begins with its input, and ends when it stops itself', async () => {
    const { flock } = await openFlock()
    const countdown = behavior({
      role: 'countdown',
      initial: (input) => input as number,
      receive: (left: number, _: { type: 'tick' }, { stop }) => {
        if (left === 1) stop('liftoff')
        return left - 1
      },
    })
    const ref = flock.spawn(countdown, { input: 2 })
    ref.send({ type: 'tick' })
    ref.send({ type: 'tick' })
    ref.send({ type: 'tick' })
    expect(await ref.done).toBe('liftoff')
  })

  it('that throws ends alone, and its signals abort', async () => {
    const { flock } = await openFlock()
    const bad = behavior({
      role: 'bad',
      initial: 0,
      receive: (): number => {
        throw new Error('bad')
      },
    })
    const ref = flock.spawn(bad)
    const asked = ref.ask({ type: 'x' } as Message)
    await expect(asked).rejects.toThrow('bad')
    await expect(ref.done).rejects.toThrow('bad')
  })

  it('is part of the work that it is asked in, and of that alone', async () => {
    const { flock, memory } = await openFlock()
    const view = memory.as({ id: 'ann', role: 'research' })
    const worker = behavior({
      role: 'worker',
      initial: 0,
      // What waits for work in here counts as work of the chain: see `DeadlockError`.
      receive: (jobs, message: Question<'job', undefined, number>, { reply }) => {
        setImmediate(() => reply(message, currentWork().length))
        return jobs + 1
      },
    })
    const ref = flock.spawn(worker)
    const ask = (): Promise<number> => ref.ask({ type: 'job' })
    expect((await view.once('report', ask)).value).toBe(1)
    expect(await ask()).toBe(0)
    expect((await view.once('summary', ask)).value).toBe(1)
  })
})
