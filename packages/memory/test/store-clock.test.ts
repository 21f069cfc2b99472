import { StoreClock } from '@skein/memory/store'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'

let wall = 0
beforeEach(() => {
  wall = 1_000_000
  vi.useFakeTimers({ toFake: ['performance'] })
})
afterEach(() => {
  vi.useRealTimers()
})

const open = (): StoreClock => new StoreClock(() => wall)

/** Lets both clocks go on. */
function pass(ms: number): void {
  wall += ms
  vi.advanceTimersByTime(ms)
}

it('shows the wall clock, which may be set forward', () => {
  const clock = open()
  expect(clock.now()).toBe(1_000_000)
  pass(5)
  expect(clock.now()).toBe(1_000_005)
  wall += 3_600_000
  expect(clock.now()).toBe(4_600_005)
})

it('goes on at half speed after a step back, and takes up the wall clock again after twice the step', () => {
  const clock = open()
  clock.now()
  wall -= 1_000
  expect(clock.now()).toBe(1_000_000)
  pass(1_000)
  expect(clock.now()).toBe(1_000_500)
  pass(998)
  expect(clock.now()).toBe(1_000_999)
  pass(2)
  expect([clock.now(), wall]).toEqual([1_001_000, 1_001_000])
  pass(10)
  expect(clock.now()).toBe(1_001_010)
})

it('survives a second step back before it has caught up', () => {
  const clock = open()
  clock.now()
  wall -= 1_000
  clock.now()
  pass(100)
  wall -= 1_000
  expect(clock.now()).toBe(1_000_050)
  pass(100)
  expect(clock.now()).toBe(1_000_100)
})

it('is never behind a time that it observed, and goes on from there', () => {
  const clock = open()
  clock.observe(1_000_100)
  expect(clock.now()).toBe(1_000_100)
  pass(20)
  expect(clock.now()).toBe(1_000_110)
  clock.observe(1_000_200)
  clock.observe(5)
  expect(clock.now()).toBe(1_000_200)
  pass(20)
  expect(clock.now()).toBe(1_000_210)
})

it.each([Number.NaN, Infinity, 1e300])('ignores the time %d, which no clock shows', (time) => {
  const clock = open()
  clock.observe(time)
  expect(clock.now()).toBe(1_000_000)
})
