import { emptyCheckpoint } from '@langchain/langgraph-checkpoint'
import { SkeinSaver } from '@skein/langgraph'
import { mapStore, openMemory } from '@skein/memory'
import type { Store, StoreDriver } from '@skein/memory/store'
import { expect, it, onTestFinished } from 'vitest'

const config = { configurable: { thread_id: 'ann' } }

/** Saves a checkpoint after another one. */
const put = async (saver: SkeinSaver, parent?: string): Promise<string> => {
  const checkpoint = emptyCheckpoint()
  const metadata = { source: 'loop', step: 0, parents: {} } as const
  await saver.put({ configurable: { thread_id: 'ann', checkpoint_id: parent } }, checkpoint, metadata, {})
  return checkpoint.id
}

/** A store that can stop telling of what is written. */
function deafStore(inner: StoreDriver): { readonly driver: StoreDriver; deafen(): void } {
  let isDeaf = false
  const open: StoreDriver['open'] = async (space, role) =>
    new Proxy(await inner.open(space, role), {
      get: (store, name) => {
        if (name === 'watch') {
          return (listener: Parameters<Store['watch']>[0]) => store.watch((change) => isDeaf || listener(change))
        }
        const value: unknown = Reflect.get(store, name, store)
        return typeof value === 'function' ? value.bind(store) : value
      },
    })
  return { driver: { ...inner, open }, deafen: () => (isDeaf = true) }
}

it('a writer sees what another process wrote, though it was not told of it yet', async () => {
  const store = mapStore()
  const { driver: told, deafen } = deafStore(store)
  const memories = await Promise.all([told, store].map((driver) => openMemory({ store: driver })))
  onTestFinished(async () => void (await Promise.all(memories.map((memory) => memory.close()))))
  const [one, two] = memories.map((memory, at) => new SkeinSaver(memory.as({ id: `${at}`, role: 'agent' }))) as [
    SkeinSaver,
    SkeinSaver,
  ]
  const writes = async (id: string, value: string) =>
    two.putWrites({ configurable: { ...config.configurable, checkpoint_id: id } }, [['heard', value]], 'task')
  const first = await put(one)
  expect((await one.getTuple(config))?.pendingWrites).toEqual([])
  deafen()
  await writes(first, 'first')
  expect((await one.getTuple(config))?.pendingWrites).toEqual([['task', 'heard', 'first']])
  const second = await put(two, first)
  await writes(second, 'second')
  const tuple = await one.getTuple(config)
  expect(tuple?.checkpoint.id).toBe(second)
  expect(tuple?.pendingWrites).toEqual([['task', 'heard', 'second']])
})
