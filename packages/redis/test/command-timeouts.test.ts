import { setTimeout as pause } from 'node:timers/promises'

import { expect, it } from 'vitest'

import { CommandTimeouts } from '../src/connection/command-timeouts.ts'

function standStill(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)
}

it('gives the answers of all commands one chance after the event loop has stood still, and no more', async () => {
  const timeouts = new CommandTimeouts(50)
  const rejected: number[] = []
  const commands = Array.from({ length: 12 }, (_, n) => ({
    isSettled: false,
    reject(this: { isSettled: boolean }): void {
      this.isSettled = true
      rejected.push(n)
    },
  }))
  for (const command of commands) timeouts.add(command)
  standStill(200)
  // The timer has run by then.
  await pause(1)
  expect(rejected).toEqual([])
  // No answer has come, and the loop stands still again.
  standStill(400)
  await pause(1)
  expect(rejected).toEqual(commands.map((_, n) => n))
})
