import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { openMemory } from '@skein/memory'
import { describe, expect, it, onTestFinished } from 'vitest'

import { startProgram } from '../../redis/test/child.ts'
import { missing, startServer } from '../../redis/test/redis-server.ts'
import { driverAt, plainSecrets } from './sealed-space.ts'

const encryption = { keys: { k1: Buffer.alloc(32, 1) }, current: 'k1' }
const word = 'zyxwvutsmerger'

async function expectNothingPlain(address: string): Promise<void> {
  const child = startProgram(join(import.meta.dirname, 'fixtures', 'sleeping-process.ts'), [address])
  await child.line('opened')
  child.signal('SIGSTOP')
  await using memory = await openMemory({ store: driverAt(address, 'skein:'), encryption })
  await memory.reseal()
  child.say(word)
  child.signal('SIGCONT')
  const refused = Array.from({ length: 8 }, () => 'SKEIN_KEY_MISSING')
  expect(await child.line('outcomes')).toBe(`outcomes ${[...refused, 'written'].join(' ')}`)
  await using store = await driverAt(address, 'skein:').open('default', 'writer')
  expect([...(await plainSecrets(store))]).toEqual([])
}

describe('a process that slept while the space was sealed', () => {
  it('writes no secret when it wakes up, on SQLite', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'skein-sleep-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    await expectNothingPlain(join(folder, 'flock.db'))
    for (const file of readdirSync(folder)) expect(readFileSync(join(folder, file)).includes(word), file).toBe(false)
  })

  it.skipIf(missing)('writes no secret when it wakes up, on Redis', async () => {
    const server = await startServer()
    onTestFinished(() => server.stop())
    await expectNothingPlain(server.url)
    for (const file of readdirSync(join(server.folder, 'appendonlydir'))) {
      expect(readFileSync(join(server.folder, 'appendonlydir', file)).includes(word), file).toBe(false)
    }
  })
})
