import { setImmediate as nextTurn } from 'node:timers/promises'

import { mapStore, openMemory, OutcomeUnknownError } from '@skein/memory'
import { handedWork, handOver } from '@skein/memory/runtime'
import type { OrderedWork } from '@skein/memory/runtime'
import type { Store, StoreDriver } from '@skein/memory/store'
import { describe, expect, it, onTestFinished } from 'vitest'

import { forward } from '../src/store/forward.ts'

const ann = { id: 'ann', role: 'reader' }
/** Short, so its loss shows soon: it is noticed where it would be renewed. */
const leaseMs = 300

describe('an order whose lease was lost', () => {
  it('is put back, and held from then on', async () => {
    const { begin, lose, order } = await open()
    const first = begin(1)
    const before = await order()
    await lose()
    const after = await order()
    expect(after.task).toBe(1)
    expect(after.version).toBeGreaterThan(before.version)
    await first.stop()
    expect(await first.order()).toBeUndefined()
  })

  it.each([
    ['before it was looked at', false],
    ['after a write whose outcome is unknown', true],
  ])('is that of the next attempt where its own ended %s', async (_, isUnknown) => {
    const { begin, lose, order, hold, failSet } = await open()
    const first = begin(1)
    await order()
    const held = Promise.withResolvers<Held>()
    if (isUnknown) failSet(() => held.resolve(hold('read')))
    await lose(() => isUnknown || held.resolve(hold('read')))
    const { reached, release } = await held.promise
    await reached
    await first.stop()
    const second = begin(2, 60_000)
    const { version } = await order()
    release()
    await nextTurn()
    expect(await second.order()).toMatchObject({ task: 2, version })
    await second.stop()
  })

  it('goes where its attempt ended while it was put back', async () => {
    const { begin, lose, order, hold } = await open()
    const first = begin(1)
    await order()
    const { reached, release } = hold('set')
    await lose()
    await reached
    await first.stop()
    expect(await first.order()).toMatchObject({ task: 1 })
    release()
    await nextTurn()
    expect(await first.order()).toBeUndefined()
  })
})

interface Held {
  readonly reached: Promise<void>
  readonly release: () => void
}

/** A store of which the next read of work can be held before it begins, and the next write of work after it was done. */
function gatedStore(): {
  readonly driver: StoreDriver
  hold(what: 'read' | 'set'): Held
  /** Has the next write of work not happen, and nobody know. */
  failSet(then: () => void): void
} {
  const gates = new Map<'read' | 'set', () => Promise<void>>()
  const pass = async (what: 'read' | 'set'): Promise<void> => {
    const gate = gates.get(what)
    gates.delete(what)
    await gate?.()
  }
  let failing: (() => void) | undefined
  const wrap = (store: Store): Store => ({
    ...forward(store),
    read: async (keys) => {
      if (keys.some(({ collection }) => collection === 'work')) await pass('read')
      return store.read(keys)
    },
    write: async (mutations) => {
      const isSet = mutations.some(({ type, key }) => type === 'set' && key.collection === 'work')
      const fail = isSet ? failing : undefined
      if (fail) {
        failing = undefined
        fail()
        throw new OutcomeUnknownError('write', 'the connection broke')
      }
      const commit = await store.write(mutations)
      if (isSet) await pass('set')
      return commit
    },
    objects: store.objects,
  })
  const { descriptor: _, ...inner } = mapStore()
  return {
    driver: { ...inner, open: async (space, role) => wrap(await inner.open(space, role)), spaces: inner.spaces },
    hold: (what) => {
      const [reached, released] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
      gates.set(what, () => {
        reached.resolve()
        return released.promise
      })
      return { reached: reached.promise, release: released.resolve }
    },
    failSet: (then) => {
      failing = then
    },
  }
}

async function open() {
  const { driver, hold, failSet } = gatedStore()
  const memory = await openMemory({ store: driver })
  onTestFinished(() => memory.close())
  const view = memory.as(ann)
  const seen = async () => {
    const { order, stored } = await handedWork(view, 'k')
    return order && { task: order.task, version: stored?.version ?? 0, id: stored?.id ?? '' }
  }
  const order = async () => {
    const found = await expect.poll(seen, { interval: 5 }).toBeDefined().then(seen)
    if (!found) throw new Error('The order is gone again.')
    return found
  }
  return {
    hold,
    failSet,
    /** Waits for the order. */
    order,
    begin: (task: number, lease = leaseMs) => {
      const control = new AbortController()
      const options = { leaseMs: lease, signal: control.signal }
      const ended = handOver(view, 'k', () => task, untilStopped, options).catch((error: unknown) => error)
      const stop = async (): Promise<void> => {
        control.abort(new Error('enough'))
        expect(await ended).toMatchObject({ message: 'enough' })
      }
      return { stop, order: seen }
    },
    /** Removes the order as the end of its lease does. @param then - Called at once after that. */
    lose: async (then: () => void = () => {}) => {
      const { id } = await order()
      await using store = await driver.open('default', 'writer')
      const gone = { type: 'delete', key: { collection: 'work', id }, author: 'ann' } as const
      expect(await store.write([gone])).toMatchObject({ ok: true })
      then()
    },
  }
}

const untilStopped: OrderedWork<never> = ({ signal }) =>
  new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true })
  })
