import { execFileSync } from 'node:child_process'
import { mkdirSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { describe, expect, it } from 'vitest'

import { readTextFile } from '../src/report/text-file.ts'
import { temporaryFolder } from './report-file.ts'

describe('a text file', () => {
  it.skipIf(process.platform === 'win32')('is no pipe and no device, which may never end', async () => {
    const pipe = join(temporaryFolder(), 'pipe')
    execFileSync('sh', ['-c', 'mkfifo "$0"', pipe])
    for (const path of [pipe, '/dev/zero', '/dev/null']) {
      await expect(readTextFile(path, path)).rejects.toMatchObject({
        code: 'SKEIN_INPUT',
        message: `${path} is no regular file. Save it to a file first.`,
      })
    }
  })

  it('is no folder either, which is told apart', async () => {
    const folder = join(temporaryFolder(), 'folder')
    mkdirSync(folder)
    await expect(readTextFile(folder, 'folder')).rejects.toThrow('folder is a folder. Name the files in it.')
  })

  it('is read no further when the signal says so', async () => {
    const path = join(temporaryFolder(), 'large.txt')
    writeFileSync(path, 'Once upon a time.')
    // A hole takes no space; reading takes many turns of the event loop all the same.
    truncateSync(path, 200 * 1024 ** 2)
    const stop = new AbortController()
    const reading = readTextFile(path, 'large.txt', stop.signal)
    setImmediate(() => stop.abort(new Error('enough')))
    await expect(reading).rejects.toThrow('enough')
  })
})
