import { Emitter } from '@skein/memory/runtime'
import { expect, it, onTestFinished } from 'vitest'

function warnings(): unknown[] {
  const seen: unknown[] = []
  const listener = (warning: unknown): void => void seen.push(warning)
  process.on('warning', listener)
  onTestFinished(() => void process.off('warning', listener))
  return seen
}

it('calls listeners in the order in which they subscribed, each as often as it subscribed', () => {
  const events = new Emitter<{ a: number; b: string }>()
  const seen: unknown[] = []
  const listener = (value: unknown): void => void seen.push(value)
  events.on('a', listener)
  events.on('a', (value) => seen.push(`then ${value}`))
  events.on('a', listener)
  events.emit('a', 1)
  events.emit('b', 'nobody listens')
  expect(seen).toEqual([1, 'then 1', 1])
  expect([events.listenerCount('a'), events.listenerCount('b')]).toEqual([3, 0])
})

it('isolates listeners: one that throws becomes a warning, and the others are called', async () => {
  const seen = warnings()
  const events = new Emitter<{ a: number }>()
  const called: number[] = []
  events.on('a', () => {
    throw new Error('a bad listener')
  })
  events.on('a', (value) => called.push(value))
  events.emit('a', 7)
  expect(called).toEqual([7])
  await expect.poll(() => seen).toMatchObject([{ message: 'a bad listener' }])
})

it('calls nobody who has unsubscribed, not even in the emit that is under way', () => {
  const events = new Emitter<{ a: number }>()
  const seen: string[] = []
  events.on('a', () => {
    seen.push('first')
    stop()
  })
  const stop = events.on('a', () => seen.push('second'))
  events.emit('a', 1)
  events.emit('a', 2)
  stop()
  expect(seen).toEqual(['first', 'first'])
})
