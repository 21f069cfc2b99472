import { execFileSync } from 'node:child_process'
import { mkdirSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { describe, expect, it } from 'vitest'

import { readTextFile } from '../src/report/text-file.ts'
import { temporaryFolder } from './sample-files.ts'

describe('readTextFile', () => {
  it.skipIf(process.platform === 'win32')('refuses pipes and devices, which may never end', async () => {
    const pipe = join(temporaryFolder(), 'pipe')
    execFileSync('sh', ['-c', 'mkfifo "$0"', pipe])
    for (const path of [pipe, '/dev/zero', '/dev/null']) {
      await expect(readTextFile(path, path)).rejects.toMatchObject({
        code: 'SKEIN_INPUT',
        message: `${path} is not a regular file. Save it to a file first.`,
      })
    }
  })

  it('refuses folders with a message of their own', async () => {
    const folder = join(temporaryFolder(), 'folder')
    mkdirSync(folder)
    await expect(readTextFile(folder, 'folder')).rejects.toThrow('folder is a folder. Name the files in it.')
  })

  it('stops reading when the signal aborts', async () => {
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
