import { Redis } from 'ioredis'
import { afterAll, describe, expect, it } from 'vitest'

import { isEmbedded } from '../../../scripts/embed-lua.ts'
import * as scripts from '../src/lua/scripts.generated.ts'
import { currentFormat } from '../src/records/row-format.ts'
import { missing, startServer } from './redis-server.ts'

describe('The embedded Lua scripts', () => {
  it('are those of the .lua files: `pnpm embed-lua` embeds them', () => {
    expect(isEmbedded()).toBe(true)
  })

  it('write rows of the current format', () => {
    expect(scripts.writeScript).toContain(`'v${currentFormat} '`)
    expect(scripts.migrateRowsScript).toContain(`'v${currentFormat} '`)
  })

  it('all read rows of the current format', () => {
    const forms = Object.values(scripts).flatMap((script) =>
      Array.from(script.matchAll(/'\^v\?\[(\d+)\]\?/g), ([, form]) => form),
    )
    expect(forms.length).toBeGreaterThan(4)
    // The migration alone looks for older rows only.
    expect(forms.filter((form) => !form?.endsWith(`${currentFormat}`))).toEqual(['4567'])
  })
})

describe.skipIf(missing)(`A server${missing ? ` (${missing})` : ''}`, async () => {
  const server = missing ? undefined : await startServer('--appendonly', 'no')
  const admin = new Redis(server?.url ?? '', { lazyConnect: true })
  afterAll(async () => {
    admin.disconnect()
    await server?.stop()
  })

  it.each(Object.entries(scripts))('compiles %s', async (_, script) => {
    expect(await admin.script('LOAD', script)).toMatch(/^[0-9a-f]{40}$/)
  })
})
