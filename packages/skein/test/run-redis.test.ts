import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { describe, expect, it, onTestFinished } from 'vitest'

import { missing, startServer } from '../../redis/test/redis-server.ts'
import { reportFile } from './sample-files.ts'
import { skein } from './run-skein.ts'

interface Report {
  readonly summary: unknown
  readonly stats: { readonly parts: number; readonly used: { readonly calls: number } }
}

describe.skipIf(missing)(`skein run on Redis${missing ? ` (${missing})` : ''}`, () => {
  it('gives the same result as on SQLite, and reuses it the next time', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'skein-cli-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    const server = await startServer()
    onTestFinished(() => server.stop())
    const run = async (store: string): Promise<Report> => {
      const { code, stdout, stderr } = await skein(['run', reportFile, '--json', '--store', store], folder)
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
      return JSON.parse(stdout) as Report
    }
    const onSqlite = await run('flock.db')
    const onRedis = await run(server.url)
    expect(onRedis.summary).toEqual(onSqlite.summary)
    expect(onRedis.stats).toMatchObject({ parts: onSqlite.stats.parts, used: { calls: onSqlite.stats.used.calls } })
    expect((await run(server.url)).stats).toMatchObject({ used: { calls: 0 } })
  })

  it('says that the server cannot be reached', async () => {
    const server = await startServer()
    await server.stop()
    const { code, stderr } = await skein(['run', reportFile, '--store', server.url], tmpdir())
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining("can't be reached") })
  })
})
