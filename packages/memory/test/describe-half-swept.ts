import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'

import { openMemory } from '@skein/memory'
import { expect, it, onTestFinished } from 'vitest'

import type { SharedAddress } from './describe-half-forgotten.ts'

const script = join(import.meta.dirname, 'fixtures/sweeping-process.ts')
const rules = [{ collection: 'objects', tag: 'old', keepMs: 1 }] as const

/** Declares that objects and their contents go together, also where the process that removes them is killed. */
export function describeHalfSwept(place: () => SharedAddress): void {
  /** The hashes of all objects that are there, and of all contents. */
  const both = async (): Promise<readonly [readonly string[], readonly string[]]> => {
    const store = await place().open().open('default', 'writer')
    const { records } = await store.query({ collection: 'objects', order: 'oldest', limit: 1_000 })
    const names = await store.objects.names()
    await store[Symbol.asyncDispose]()
    return [records.map(({ id }) => id).toSorted(), names.toSorted()]
  }

  it('goes on after kill -9, and leaves no object without its content nor the other way round', async () => {
    const filling = await openMemory({ store: place().open() })
    const { objects } = filling.as({ id: 'ann', role: 'sales' })
    const put = (name: string, count: number, more: object): Promise<unknown> =>
      Promise.all(Array.from({ length: count }, (_, n) => objects.put(`${name} ${n}`, more)))
    await put('old', 300, { tags: ['old'] })
    await put('ends', 300, { ttlMs: 1 })
    await put('stays', 3, { ttlMs: 600_000 })
    const begun = filling.as({ id: 'ann', role: 'sales' }).now()
    await expect.poll(() => filling.as({ id: 'ann', role: 'sales' }).now()).toBeGreaterThan(begun + 2)
    await filling.close()
    for (const when of ['rules', 'expired']) {
      const { module, factory, address } = place()
      const args = ['--no-warnings', script, module, factory, address, when]
      const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit'] })
      onTestFinished(() => void child.kill('SIGKILL'))
      expect((await once(child, 'exit'))[1]).toBe('SIGKILL')
      const [records, contents] = await both()
      expect(contents).toEqual(expect.arrayContaining([...records]))
      expect(records.length).toBe(when === 'rules' ? 103 : 3)
    }
    const next = await openMemory({ store: place().open(), retention: rules })
    await next.sweep()
    await next.close()
    const [records, contents] = await both()
    expect(records).toHaveLength(3)
    expect(contents).toEqual(records)
  }, 60_000)
}
