import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'

import { openMemory } from '@skein/memory'
import type { Memory, View } from '@skein/memory'
import type { StoreDriver } from '@skein/memory/store'
import { expect, it, onTestFinished } from 'vitest'

/** A store that other processes can open as well. */
export interface SharedAddress {
  /** The URL of the store's module, and the name of its factory there. */
  readonly module: string
  readonly factory: string
  readonly address: string
  open(): StoreDriver
}

const script = join(import.meta.dirname, 'fixtures/forgetting-process.ts')
const reader = { id: 'ann', role: 'sales' } as const

async function filled(memory: Memory, count: number): Promise<void> {
  const ann = memory.as(reader)
  await Promise.all(
    Array.from({ length: count }, (_, n) => ann.observations.log({ value: `zebra ${n}`, subject: 'person/42' })),
  )
  await ann.facts.set('summary', 'of zebras', { subject: 'person/42' })
  await ann.facts.set('other', 'stays')
  // A copy is cached from here on.
  await ann.facts.get('summary')
}

/** What a reader finds in every way: how many entries, whether a search finds any, and the fact. */
async function seen(view: View): Promise<readonly [number, boolean, boolean]> {
  let count = 0
  let cursor: string | undefined
  do {
    const page = await view.observations.list({ limit: 1_000, ...(cursor !== undefined && { cursor }) })
    count += page.items.length
    cursor = page.cursor
  } while (cursor !== undefined)
  const found = await view.observations.search('zebra', { limit: 1 })
  return [count, found.length > 0, (await view.facts.get('summary')) !== undefined]
}

/** Declares that an erasure is one step for other processes, and is completed after its process was killed. */
export function describeHalfForgotten(place: () => SharedAddress): void {
  const forgetting = (): ReturnType<typeof spawn> => {
    const { module, factory, address } = place()
    const args = ['--no-warnings', script, module, factory, address, 'step 1', 'after']
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit'] })
    onTestFinished(() => void child.kill('SIGKILL'))
    return child
  }

  it('is one step for another process, and completed by the next one after kill -9', async () => {
    const watching = await openMemory({ store: place().open(), heartbeatMs: 100 })
    await filled(watching, 600)
    const child = forgetting()
    const ended = once(child, 'exit')
    const view = watching.as(reader)
    const states = new Set<string>()
    while (child.exitCode === null && child.signalCode === null) {
      states.add(JSON.stringify(await seen(view)))
      // Some stores answer without a turn of the event loop, which the news of the child need.
      await nextTurn()
    }
    expect((await ended)[1]).toBe('SIGKILL')
    // All of it was there until nothing was, though a part alone is gone.
    expect([...states].at(-1)).toBe('[0,false,false]')
    for (const state of states) expect([0, 600]).toContain((JSON.parse(state) as readonly number[])[0])
    expect(await view.facts.get('other')).toBe('stays')
    // Somebody who needs the name gets it at once.
    await view.facts.set('summary', 'of something else')
    await watching.close()

    const next = await openMemory({ store: place().open(), heartbeatMs: 100 })
    expect(await seen(next.as(reader))).toEqual([0, false, true])
    const erasure = async () => (await next.as(reader).records.list({ collection: 'erasures' })).items[0]?.value
    await expect.poll(erasure, { timeout: 60_000 }).toMatchObject({
      state: 'done',
      forgotten: { observations: 600, facts: 1 },
    })
    expect(await next.as(reader).facts.get('summary')).toBe('of something else')
    await next.close()
    // Not hidden, but gone.
    const store = await place().open().open('default', 'writer')
    const rest = await store.query({ collection: 'observations', order: 'oldest', limit: 10 })
    const plan = await store.list({ collection: 'settings', prefix: 'erasing/', limit: 10 })
    await store[Symbol.asyncDispose]()
    expect([rest.records, plan.records]).toEqual([[], []])
  })
}
