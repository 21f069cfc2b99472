import { randomBytes } from 'node:crypto'
import { globSync, mkdtempSync, readFileSync, rmSync, truncateSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

import { mapStore, openMemory } from '@skein/memory'
import { folderBucket, s3Bucket, withBucket } from '@skein/memory/buckets'
import type { Bucket } from '@skein/memory/buckets'
import { describeStore } from '@skein/memory/testing'
import { afterAll, describe, expect, it } from 'vitest'

import { S3Server } from './s3-server.ts'

const root = mkdtempSync(join(tmpdir(), 'skein-bucket-'))
const server = await S3Server.start()
afterAll(async () => {
  await server.close()
  rmSync(root, { recursive: true })
})
let made = 0
const newFolder = (): string => join(root, String((made += 1)))
const ann = { id: 'ann', role: 'test', clearance: { level: 'confidential' } } as const
const admin = { id: 'ada', role: 'operator', rights: ['administer', 'erase'] } as const
const large = randomBytes(1_000)
const filesIn = (folder: string): string[] =>
  globSync('**/*', { cwd: folder, withFileTypes: true }).flatMap((entry) =>
    entry.isFile() ? [join(entry.parentPath, entry.name)] : [],
  )

// Everything lies in the bucket: nothing may tell it from a store without one.
describeStore('mapStore with a bucket', {
  create: () => withBucket(mapStore(), folderBucket(newFolder()), { over: 0 }),
  parts: ['objects', 'forgetting', 'sealing', 'verify'],
})

const buckets: Readonly<Record<string, () => Bucket>> = {
  folderBucket: () => folderBucket(newFolder()),
  s3Bucket: () => s3Bucket({ ...server.options, prefix: `p ${(made += 1)}/` }),
}

describe.each(Object.entries(buckets))('%s', (_, create) => {
  it('gives back what was put there, in whole and in part, until it is deleted', async () => {
    const bucket = create()
    await bucket.put('a%20b/one', large)
    await bucket.put('a%20b/two', Uint8Array.of(1, 2, 3))
    await bucket.put('c/three', new Uint8Array())
    expect(await bucket.get('a%20b/one')).toEqual(new Uint8Array(large))
    expect(await bucket.get('a%20b/one', { start: 10, end: 20 })).toEqual(new Uint8Array(large.subarray(10, 20)))
    expect(await bucket.get('a%20b/two', { start: 2, end: 9 })).toEqual(Uint8Array.of(3))
    expect(await bucket.get('a%20b/two', { start: 5, end: 9 })).toEqual(new Uint8Array())
    expect(await bucket.get('c/three')).toEqual(new Uint8Array())
    const listed = await Array.fromAsync(bucket.list('a%20b/'))
    expect(listed.map(({ key }) => key).toSorted()).toEqual(['a%20b/one', 'a%20b/two'])
    for (const { at } of listed) expect(Math.abs(Date.now() - at)).toBeLessThan(60_000)
    await bucket.delete('a%20b/one')
    await bucket.delete('a%20b/one')
    expect(await bucket.get('a%20b/one')).toBeUndefined()
    expect(await Array.fromAsync(bucket.list('nobody/'))).toEqual([])
  })
})

describe('withBucket', () => {
  it('puts large objects into the bucket and small ones into the store, and forgets both', async () => {
    const folder = newFolder()
    await using memory = await openMemory({ store: withBucket(mapStore(), folderBucket(folder), { over: 100 }) })
    const { objects } = memory.as(ann)
    const [big, small] = [await objects.put(large), await objects.put('a few words')]
    expect(filesIn(folder).map((file) => readFileSync(file))).toEqual([large])
    expect(await objects.get(big)).toEqual(new Uint8Array(large))
    expect(await objects.get(small)).toBe('a few words')
    await memory.as(ann).forget(big, { reason: 'No longer needed.' })
    expect(filesIn(folder)).toEqual([])
  })

  it('hands the bucket what the memory has sealed', async () => {
    const folder = newFolder()
    const encryption = { keys: { one: randomBytes(32) }, current: 'one' } as const
    const store = withBucket(mapStore(), folderBucket(folder), { over: 100 })
    await using memory = await openMemory({ store, encryption })
    const { objects } = memory.as(ann)
    const ref = await objects.put(large, { sensitivity: 'confidential' })
    const stored = filesIn(folder).map((file) => readFileSync(file))
    expect(stored.map((bytes) => [bytes.length > large.length, bytes.includes(large.subarray(0, 16))])).toEqual([
      [true, false],
    ])
    expect(await objects.get(ref)).toEqual(new Uint8Array(large))
  })

  it('says what is missing or changed there, to readers and to `verify`', async () => {
    const folder = newFolder()
    const driver = withBucket(mapStore(), folderBucket(folder), { over: 100 })
    await using memory = await openMemory({ store: driver })
    const { objects } = memory.as(ann)
    const [lost, cut] = [await objects.put(large), await objects.put(randomBytes(2_000))]
    const [one = '', two = ''] = filesIn(folder).toSorted((a, b) => readFileSync(a).length - readFileSync(b).length)
    rmSync(one)
    truncateSync(two, 1_999)
    // Another process has nothing in shared memory.
    await using other = await driver.open('default', 'reader')
    await expect(other.objects.get(lost.id)).rejects.toThrow(/not in the bucket/)
    await expect(other.objects.get(cut.id)).rejects.toThrow(/not those that were put there/)
    expect(await Array.fromAsync(memory.as(admin).verify())).toEqual([
      expect.objectContaining({ kind: 'object', id: lost.id, problem: expect.stringMatching(/has nothing at/) }),
      expect.objectContaining({ kind: 'object', id: cut.id, problem: expect.stringMatching(/1999 of 2000/) }),
    ])
  })

  it('removes what a process left there that ended in between, after an hour', async () => {
    const folder = newFolder()
    await using store = await withBucket(mapStore(), folderBucket(folder), { over: 0 }).open('a/b', 'writer')
    await store.objects.put('a'.repeat(64), large)
    const [file = ''] = filesIn(folder)
    const [old, fresh] = ['old.1.partial', 'fresh'].map((name) => join(dirname(file), name)) as [string, string]
    for (const left of [old, fresh]) writeFileSync(left, 'left behind')
    const [now, earlier] = [Date.now() / 1000, Date.now() / 1000 - 3_700]
    utimesSync(fresh, now, now)
    for (const one of [file, old]) utimesSync(one, earlier, earlier)
    await store.scrub()
    expect(filesIn(folder).toSorted()).toEqual([file, fresh].toSorted())
  })

  it('tells who opens the store without it', async () => {
    const inner = mapStore()
    const ref = await (async () => {
      await using memory = await openMemory({ store: withBucket(inner, folderBucket(newFolder()), { over: 100 }) })
      return await memory.as(ann).objects.put(large)
    })()
    await using memory = await openMemory({ store: inner })
    await expect(memory.as(ann).objects.get(ref)).rejects.toThrow('lie in a bucket that was not given')
    expect(await Array.fromAsync(memory.as(admin).verify())).toEqual([
      expect.objectContaining({ id: `${ref.id}.@`, problem: expect.stringMatching(/in a bucket that was not given/) }),
    ])
  })

  it('keeps memories apart that have the same bucket and space', async () => {
    const bucket = folderBucket(newFolder())
    await using one = await openMemory({ store: withBucket(mapStore(), bucket, { over: 100 }) })
    await using two = await openMemory({ store: withBucket(mapStore(), bucket, { over: 100 }) })
    const [first, second] = [await one.as(ann).objects.put(large), await two.as(ann).objects.put(large)]
    await one.as(ann).forget(first, { reason: 'No longer needed.' })
    expect(await two.as(ann).objects.get(second)).toEqual(new Uint8Array(large))
    expect(await Array.fromAsync(two.as(admin).verify())).toEqual([])
  })

  it('names the bucket when that fails, and says what is wrong with its options', async () => {
    const bucket = s3Bucket({ ...server.options, secretAccessKey: 'wrong' })
    await using memory = await openMemory({ store: withBucket(mapStore(), bucket, { over: 100 }) })
    await expect(memory.as(ann).objects.put(large)).rejects.toThrow(
      /^The bucket of large objects failed: http.* answered 403\. The signature does not match\.$/,
    )
    expect(() => withBucket(mapStore(), bucket, { over: -1 })).toThrow(/`over`/)
    expect(() => folderBucket('')).toThrow('`path`')
    expect(() => s3Bucket({ ...server.options, endpoint: 'example.com' })).toThrow('`endpoint`')
    expect(() => s3Bucket({ ...server.options, bucket: '' })).toThrow('`bucket`')
  })
})
