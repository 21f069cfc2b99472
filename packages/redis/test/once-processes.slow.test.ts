import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import { openMemory } from '@skein/memory'
import { describe, expect, it } from 'vitest'

import { startChild } from './child.ts'
import { storeAt } from './fixtures/open-place.ts'
import { kinds, temporaryFolder } from './places.ts'

const callsIn = (log: string): string[] => readFileSync(log, 'utf8').trim().split('\n')

describe.each(kinds)('Work done once on %s', (_, placeOf, missing) => {
  const why = missing ? ` (${missing})` : ''

  it.skipIf(missing)(`is done once for 1,000 callers in 4 processes${why}`, async () => {
    const place = await placeOf()
    const log = join(temporaryFolder(), 'calls')
    const children = Array.from({ length: 4 }, () => startChild('once-process.ts', place, log, '250'))
    await Promise.all(children.map((child) => child.line('ready')))
    for (const child of children) child.say('go')
    const results = await Promise.all(children.map((child) => child.line('done')))
    expect(callsIn(log)).toHaveLength(1)
    expect(new Set(results)).toEqual(new Set([`done ["by ${callsIn(log)[0]}"]`]))
  })

  it.skipIf(missing)(`keeps who waits for it from nothing else, when both begin at the same moment${why}`, async () => {
    for (let round = 0; round < 4; round += 1) {
      const place = await placeOf()
      const log = join(temporaryFolder(), 'calls')
      const children = [1, 2].map(() => startChild('once-process.ts', place, log, '1', '5000', 'waits'))
      await Promise.all(children.map((child) => child.line('ready')))
      for (const child of children) child.say('go')
      const worker = await Promise.race(children.map((child) => child.line('working').then(() => child)))
      const waiter = children.find((child) => child !== worker)
      for (let count = 0; count < 20; count += 1) {
        waiter?.say('ping')
        await waiter?.line('pong')
      }
      worker.say('finish')
      const results = await Promise.all(children.map((child) => child.line('done')))
      expect(results).toEqual([`done ["by ${worker.pid}"]`, `done ["by ${worker.pid}"]`])
      expect(callsIn(log)).toEqual([`${worker.pid}`])
    }
  })

  it.skipIf(missing)(`is taken over when its worker was killed${why}`, async () => {
    const place = await placeOf()
    const log = join(temporaryFolder(), 'calls')
    const first = startChild('once-process.ts', place, log, '10', '500', 'waits')
    await first.line('ready')
    first.say('go')
    await first.line('working')
    const second = startChild('once-process.ts', place, log, '10', '500')
    await second.line('ready')
    second.say('go')
    first.signal('SIGKILL')
    expect(await second.line('done')).toBe(`done ["by ${second.pid}"]`)
    expect(callsIn(log)).toEqual([`${first.pid}`, `${second.pid}`])
  })

  it.skipIf(missing)(
    `is taken over from a worker that sleeps, whose late result counts for nothing${why}`,
    async () => {
      const place = await placeOf()
      const log = join(temporaryFolder(), 'calls')
      const first = startChild('once-process.ts', place, log, '10', '500', 'waits')
      await first.line('ready')
      first.say('go')
      await first.line('working')
      first.signal('SIGSTOP')
      const second = startChild('once-process.ts', place, log, '10', '500')
      await second.line('ready')
      second.say('go')
      expect(await second.line('done')).toBe(`done ["by ${second.pid}"]`)
      first.say('finish')
      first.signal('SIGCONT')
      // It gets the result of the one who took over.
      expect(await first.line('done')).toBe(`done ["by ${second.pid}"]`)
      await using memory = await openMemory({ store: storeAt(place) })
      const { value, reused } = await memory.as({ id: 'me', role: 'r' }).once('answer/v1', () => 'again')
      expect({ value, reused }).toEqual({ value: `by ${second.pid}`, reused: true })
    },
  )
})
