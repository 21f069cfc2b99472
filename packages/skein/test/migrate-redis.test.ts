import { sep } from 'node:path'

import { describe, expect, it } from 'vitest'

import { formerSpaces, startFormat3 } from '../../redis/test/format-3.ts'
import { missing } from '../../redis/test/redis-server.ts'
import { expectClearError } from './expect-clear-error.ts'
import { skein } from './run-skein.ts'

const names = Object.keys(formerSpaces).toSorted()

interface Migration {
  readonly store: string
  readonly spaces: readonly { readonly space: string; readonly rows: number; readonly migrated: number }[]
}

describe.skipIf(missing)(`skein migrate on Redis${missing ? ` (${missing})` : ''}`, () => {
  it('migrates all rows of one space, then of the others, and finds nothing to do the next time', async () => {
    const { url } = await startFormat3()
    const one = await skein(['migrate', url, '--space', 'default'], sep)
    expect(one).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(
        /^redis:\/\/\S+ has the current format:\n {2}default: (\d+) rows, \1 of them migrated\n$/,
      ),
    })
    const rest = await skein(['migrate', url, '--json'], sep)
    expect(rest).toMatchObject({ code: 0, stderr: '' })
    const { store, spaces } = JSON.parse(rest.stdout) as Migration
    expect(store).toBe(url)
    expect(spaces.map(({ space }) => space)).toEqual(names)
    for (const { space, rows, migrated } of spaces) {
      expect({ space, rows, migrated }).toEqual({ space, rows, migrated: space === 'default' ? 0 : rows })
    }
    const again = JSON.parse((await skein(['migrate', url, '--json'], sep)).stdout) as Migration
    expect(again.spaces.map(({ migrated }) => migrated)).toEqual(names.map(() => 0))
  })

  it('leaves damaged rows as they are, lists them, and exits with 1', async () => {
    const { url, admin } = await startFormat3()
    const key = '{skein:default}:r:facts'
    const [id = ''] = await admin.hkeys(key)
    const row = (await admin.hget(key, id)) ?? ''
    await admin.hset(key, id, row.slice(0, -1))
    const { code, stdout } = await skein(['migrate', url, '--space', 'default'], sep)
    expect(code).toBe(1)
    expect(stdout).toMatch(
      /^redis:\/\/\S+ has the current format, except for 1 damaged row:\n {2}default: .*\ndamaged: facts\/.* \(default\): /,
    )
  })

  it('refuses a space that does not exist', async () => {
    const { url } = await startFormat3()
    expectClearError(
      await skein(['migrate', url, '--space', 'other'], sep),
      1,
      /has no space "other"\. Name one of these/,
    )
  })
})
