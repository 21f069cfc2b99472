import { openMemory } from '@skein/memory'
import { describe, expect, it } from 'vitest'

import { startChild } from './child.ts'
import { storeAt } from './fixtures/open-place.ts'
import { kinds } from './places.ts'

const accounts = 3
const moves = 60

interface Transfer {
  readonly from: number
  readonly to: number
  readonly amount: number
}

describe.each(kinds)('Transactions in processes on %s', (_, placeOf, missing) => {
  const why = missing ? ` (${missing})` : ''

  it.skipIf(missing)(`lose and double nothing, with four at the same accounts and one killed${why}`, async () => {
    const place = await placeOf()
    await using memory = await openMemory({ store: storeAt(place) })
    const view = memory.as({ id: 'me', role: 'r' })
    const keys = Array.from({ length: accounts }, (_one, index) => `account/${index}`)
    for (const key of keys) await view.facts.set(key, 100)

    const children = Array.from({ length: 4 }, () => startChild('moving-process.ts', place, `${moves}`, `${accounts}`))
    await Promise.all(children.map((child) => child.line('ready')))
    const [killed, ...others] = children
    for (let seen = 0; seen < 10; seen += 1) await killed?.line('moved')
    killed?.signal('SIGKILL')
    await Promise.all([killed?.ended, ...others.map((child) => child.line('done'))])

    const balances = await view.transaction(({ facts }) => facts.getMany<number>(keys))
    expect(balances.reduce<number>((sum, one) => sum + (one ?? 0), 0)).toBe(100 * accounts)
    // The journal, in its order, tells how it came to that: each entry was written with what it tells of.
    const { items } = await view.observations.list<Transfer>({ limit: 1_000 })
    const replayed = keys.map(() => 100)
    for (const { value } of items.toReversed()) {
      replayed[value.from] = (replayed[value.from] ?? 0) - value.amount
      replayed[value.to] = (replayed[value.to] ?? 0) + value.amount
      expect(Math.min(...replayed)).toBeGreaterThanOrEqual(0)
    }
    expect(balances).toEqual(replayed)
    const loggedBy = (pid = 0): number => items.filter(({ author }) => author === `p${pid}`).length
    for (const { pid } of others) expect(loggedBy(pid)).toBe(moves)
    expect(loggedBy(killed?.pid)).toBeGreaterThanOrEqual(10)
  })
})
