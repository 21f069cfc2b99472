import { randomUUID } from 'node:crypto'
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { dirname, join, relative, sep } from 'node:path'

import { OptionError } from '../values/errors.ts'
import type { Bucket } from './bucket.ts'

/**
 * A bucket in a folder, which may lie on a network drive that several machines mount.
 *
 * @param path - The folder; it is created when something is put there.
 * @throws OptionError
 * @example
 * import { openMemory } from '@skein/memory'
 * import { folderBucket, withBucket } from '@skein/memory/buckets'
 * import { redisStore } from '@skein/redis'
 *
 * const store = withBucket(redisStore('redis://127.0.0.1:6379'), folderBucket('/mnt/team/objects'))
 * const memory = await openMemory({ store })
 */
export function folderBucket(path: string): Bucket {
  if (typeof path !== 'string' || path.trim() === '') throw new OptionError('path', 'the path of a folder', path)
  return {
    put: async (key, bytes) => {
      const file = join(path, key)
      await mkdir(dirname(file), { recursive: true })
      // One that a crash leaves is listed like any other that nobody names, and goes as they do.
      const partial = `${file}.${randomUUID()}.partial`
      try {
        await using handle = await open(partial, 'wx', 0o600)
        await handle.writeFile(bytes)
        await handle.sync()
      } catch (error) {
        await rm(partial, { force: true })
        throw error
      }
      await rename(partial, file)
      await syncFolder(dirname(file))
    },
    get: async (key, range) => {
      const handle = await unlessMissing(open(join(path, key), 'r'))
      if (!handle) return undefined
      await using file = handle
      return await readRange(file, range ?? { start: 0, end: (await file.stat()).size })
    },
    delete: (key) => rm(join(path, key), { force: true }),
    list: (prefix) => listFolder(path, prefix),
  }
}

async function* listFolder(path: string, prefix: string): ReturnType<Bucket['list']> {
  const folder = join(path, prefix.slice(0, prefix.lastIndexOf('/') + 1))
  const entries = (await unlessMissing(readdir(folder, { recursive: true, withFileTypes: true }))) ?? []
  for (const entry of entries) {
    const file = join(entry.parentPath, entry.name)
    const key = relative(path, file).split(sep).join('/')
    if (!entry.isFile() || !key.startsWith(prefix)) continue
    const found = await unlessMissing(stat(file))
    if (found) yield { key, at: found.mtimeMs }
  }
}

async function readRange(
  file: FileHandle,
  { start, end }: { readonly start: number; readonly end: number },
): Promise<Uint8Array> {
  const bytes = new Uint8Array(Math.max(0, end - start))
  let length = 0
  // One read may give less than is asked for.
  for (let more = 1; more > 0 && length < bytes.length; length += more)
    more = (await file.read(bytes, length, bytes.length - length, start + length)).bytesRead
  return bytes.subarray(0, length)
}

/** A new name in a folder lasts once the folder is on the disk. */
async function syncFolder(folder: string): Promise<void> {
  // Windows opens no folders, and keeps their entries in a journal.
  if (process.platform === 'win32') return
  await using handle = await open(folder, 'r')
  await handle.sync()
}

/** Resolves to `undefined` where a file or folder is not there. */
async function unlessMissing<Found>(found: Promise<Found>): Promise<Found | undefined> {
  try {
    return await found
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
