import { randomBytes } from 'node:crypto'

import { mapStore, openMemory } from '@skein/memory'
import type { Memory } from '@skein/memory'
import type { Mutation, RecordQuery, StoreDriver } from '@skein/memory/store'
import { describe, expect, it, onTestFinished } from 'vitest'

const boss = { id: 'boss', role: 'r', clearance: { level: 'confidential' }, rights: ['administer'] } as const
const low = { id: 'low', role: 'r' } as const
const secret = { sensitivity: 'confidential' } as const
const words = 'the same words'

/** What a store waits for, once: before it stores the record of an object, and after it has listed objects. */
type Halt = Partial<Record<'write' | 'list', (() => Promise<void>) | undefined>>

/** A real store that waits where a test says so. */
function haltingStore(): { store: StoreDriver; halt: Halt } {
  const inner = mapStore()
  const halt: Halt = {}
  const once = async (name: 'write' | 'list'): Promise<void> => {
    const { [name]: wait } = halt
    halt[name] = undefined
    await wait?.()
  }
  const store: StoreDriver = {
    ...inner,
    open: async (space, role) => {
      const opened = await inner.open(space, role)
      return new Proxy(opened, {
        get: (target, name) => {
          const value: unknown = Reflect.get(target, name, target)
          if (name === 'write') {
            return async (batch: readonly Mutation[]) => {
              if (batch.some(({ type, key }) => type === 'set' && key.collection === 'objects')) await once('write')
              return target.write(batch)
            }
          }
          if (name === 'query') {
            return async (query: RecordQuery) => {
              const page = await target.query(query)
              if (query.collection === 'objects') await once('list')
              return page
            }
          }
          return typeof value === 'function' ? value.bind(target) : value
        },
      })
    },
  }
  return { store, halt }
}

describe('content that becomes public while it is sealed', () => {
  const keys = { k1: randomBytes(32), k2: randomBytes(32) }
  const open = async (store: StoreDriver, current: 'k1' | 'k2'): Promise<Memory> => {
    const memory = await openMemory({ store, encryption: { keys, current } })
    onTestFinished(() => memory.close())
    return memory
  }

  it('is there for everybody, if its public record comes after sealing has looked for it', async () => {
    const { store, halt } = haltingStore()
    const plain = await openMemory({ store })
    await plain.as(boss).objects.put(words, secret)
    await plain.close()
    halt.list = async () => {
      await other.as(low).objects.put(words)
    }
    const other = await openMemory({ store })
    const memory = await open(store, 'k1')
    await memory.reseal()
    const { items } = await other.as(low).records.list({ collection: 'objects' })
    const ref = { id: items[0]?.id ?? '', size: words.length, mediaType: 'text/plain' }
    expect(await memory.as(low).objects.get(ref)).toBe(words)
    expect(await Array.fromAsync(memory.as(boss).verify())).toEqual([])
    await other.close()
  })

  it('is there for everybody, if its public record comes when it has been sealed', async () => {
    const { store, halt } = haltingStore()
    const memory = await open(store, 'k1')
    await memory.reseal()
    await memory.as(boss).objects.put(words, secret)
    const other = await open(store, 'k2')
    halt.write = async () => void (await other.reseal())
    const ref = await memory.as(low).objects.put(words)
    expect(await memory.as(low).objects.get(ref)).toBe(words)
    expect(await other.as(low).objects.get(ref)).toBe(words)
    expect(await Array.fromAsync(other.as(boss).verify())).toEqual([])
  })
})
