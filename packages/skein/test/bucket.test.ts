import { globSync } from 'node:fs'
import { join } from 'node:path'

import { openMemory } from '@skein/memory'
import { folderBucket, withBucket } from '@skein/memory/buckets'
import { sqliteStore } from '@skein/sqlite'
import { expect, it } from 'vitest'

import { skein } from './run-skein.ts'
import { folderForAll } from './sample-memory.ts'

const folder = folderForAll()

it('commands find large objects in the bucket that SKEIN_BUCKET names', async () => {
  const text = 'The geese flew south. '.repeat(20_000)
  const store = withBucket(sqliteStore(join(folder, 'x.db')), folderBucket(join(folder, 'bucket')))
  let id = ''
  {
    await using memory = await openMemory({ store })
    id = (await memory.as({ id: 'ann', role: 'test' }).objects.put(text)).id
  }
  expect(globSync('bucket/**/*-*', { cwd: folder }).length).toBeGreaterThan(0)
  const get = ['get', 'objects', id, '--raw', '--store', 'x.db']
  const [found, lost, wrong] = await Promise.all([
    skein(get, folder, { SKEIN_BUCKET: join(folder, 'bucket') }),
    skein(get, folder, { SKEIN_BUCKET: '' }),
    skein(get, folder, { SKEIN_BUCKET: 'https://s3.example.com/flock', AWS_ACCESS_KEY_ID: '' }),
  ])
  expect(found).toMatchObject({ code: 0, stdout: text })
  expect(lost.code).toBe(1)
  expect(lost.stderr).toContain('lie in a bucket that was not given')
  expect(wrong).toMatchObject({ code: 2, stdout: '' })
  expect(wrong.stderr).toMatch(/SKEIN_BUCKET.*AWS_ACCESS_KEY_ID/)
})
