import { join } from 'node:path'

import type { Session } from '@skein/dashboard'
import { openMemory } from '@skein/memory'
import { sqliteStore } from '@skein/sqlite'
import { expect, it } from 'vitest'

import { HalfOpen } from '../../dashboard/test/half-open.ts'
import { startSkein } from './run-skein.ts'
import { folderWith } from './sample-files.ts'

it('skein dashboard goes on serving its owner while a thousand connections never complete a request', async () => {
  const folder = folderWith({})
  await using memory = await openMemory({ store: sqliteStore(join(folder, 'x.db')) })
  await memory.as({ id: 'ann', role: 'sales' }).facts.set('price', 10)
  const { child, ended } = startSkein(['dashboard', '--store', 'x.db', '--json'], folder)
  const printed = new Promise<string>((resolve) => child.stdout?.once('data', (text: string) => resolve(text)))
  const { url, port } = JSON.parse(await printed) as { readonly url: string; readonly port: number }
  const { origin, hash } = new URL(url)
  const headers = { authorization: `Bearer ${hash.replace('#token=', '')}`, connection: 'close' }
  const session = async (): Promise<Session> =>
    (await (await fetch(`${origin}/api/session`, { headers })).json()) as Session

  using flood = await HalfOpen.flood(port, 1_000)
  expect(await session()).toMatchObject({ space: 'default' })
  using more = await HalfOpen.flood(port, 1_000)
  await expect.poll(() => flood.open + more.open).toBeLessThanOrEqual(100)
  expect(await session()).toMatchObject({ space: 'default' })

  child.kill('SIGINT')
  const { code, stderr } = await ended
  expect({ code, warnings: stderr.match(/did not authenticate/g) }).toEqual({
    code: 0,
    warnings: ['did not authenticate'],
  })
})
