import { copyFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

import { openMemory, SkeinError } from '@skein/memory'
import { sqliteStore } from '@skein/sqlite'
import { expect, it } from 'vitest'

import { numbersFrom } from './numbers-from.ts'
import { temporaryPath } from './temporary.ts'

const reader = { id: 'me', role: 'test' }
const keys = Array.from({ length: 150 }, (_, index) => `k/${index}`)
const valueOf = (key: string): object => ({ key, text: `what is known of ${key}`.repeat(8) })

type Damage = (bytes: Buffer, random: () => number) => Buffer

const damages: Readonly<Record<string, Damage>> = {
  cut: (bytes, random) => bytes.subarray(0, Math.floor(random() * bytes.length)),
  'with 64 random bytes': (bytes, random) => {
    for (let at = 0; at < 64; at += 1) bytes[Math.floor(random() * bytes.length)] = Math.floor(random() * 256)
    return bytes
  },
  'with one flipped bit': (bytes, random) => {
    const at = Math.floor(random() * bytes.length)
    bytes[at] = (bytes[at] ?? 0) ^ (1 << Math.floor(random() * 8))
    return bytes
  },
}

/** Reads everything; each answer must be what was written, nothing, or one of our errors. */
async function readAll(path: string): Promise<{ right: number; absent: number; refused: number }> {
  const count = { right: 0, absent: 0, refused: 0 }
  const attempt = async (work: () => Promise<void>): Promise<void> => {
    try {
      await work()
    } catch (error) {
      if (!(error instanceof SkeinError)) throw error
      count.refused += 1
    }
  }
  await attempt(async () => {
    await using memory = await openMemory({ store: sqliteStore(path) })
    const { facts, observations, objects } = memory.as(reader)
    for (const key of keys) {
      await attempt(async () => {
        const value = await facts.get(key)
        if (value === undefined) count.absent += 1
        else {
          expect(value).toEqual(valueOf(key))
          count.right += 1
        }
      })
    }
    await attempt(async () => {
      const { items } = await observations.list<{ key: string }>({ limit: 1_000 })
      for (const { value } of items) expect(value).toEqual(valueOf(value.key))
      for (const { derivedFrom } of items) {
        for (const id of derivedFrom) {
          await attempt(async () =>
            expect(await objects.get({ id, size: 0, mediaType: 'text/plain' })).toMatch(/^page of k\/\d+ *$/),
          )
        }
      }
    })
    await attempt(async () => {
      for (const { item } of await observations.search<{ key: string }>('known', { limit: 100 })) {
        expect(item.value).toEqual(valueOf(item.value.key))
      }
    })
  })
  return count
}

it.each(Object.entries(damages))('a file that is %s never gives a wrong value: 100 of them', async (_, damage) => {
  const path = temporaryPath()
  const memory = await openMemory({ store: sqliteStore(path) })
  const view = memory.as(reader)
  for (const key of keys) await view.facts.set(key, valueOf(key))
  for (const key of keys.slice(0, 50)) {
    const page = await view.objects.put(`page of ${key}`.padEnd(500))
    await view.observations.log({ value: valueOf(key), derivedFrom: [page] })
  }
  await memory.close()
  const whole = readFileSync(path)
  const all = { right: 0, absent: 0, refused: 0 }
  for (let seed = 0; seed < 100; seed += 1) {
    const copy = join(dirname(path), `damaged-${seed}.db`)
    copyFileSync(path, copy)
    writeFileSync(copy, damage(Buffer.from(whole), numbersFrom(seed)))
    const count = await readAll(copy)
    for (const name of ['right', 'absent', 'refused'] as const) all[name] += count[name]
    for (const tail of ['', '-wal', '-shm']) rmSync(copy + tail, { force: true })
  }
  // Records that only an index knew of can be missing where that index was hit; none is ever wrong.
  expect(all.refused).toBeGreaterThan(0)
  expect(all.right + all.absent + all.refused).toBeGreaterThan(100)
})
