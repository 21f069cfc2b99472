import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'

import { openMemory } from '@skein/memory'
import { sqliteStore } from '@skein/sqlite'
import { describe, expect, it, onTestFinished } from 'vitest'

import { temporaryPath } from './temporary.ts'

const faketime = 'faketime'

/** Whether processes can be given another clock; installed where that takes no more than being root on Debian or Ubuntu. */
function canFakeTime(): boolean {
  const works = (): boolean => spawnSync(faketime, ['-f', '-1h', 'true'], { stdio: 'ignore' }).status === 0
  if (works()) return true
  if (process.getuid?.() !== 0 || !existsSync('/etc/debian_version')) return false
  spawnSync('apt-get', ['-o', 'DPkg::Lock::Timeout=50', 'install', '-y', faketime], {
    stdio: 'ignore',
    timeout: 50_000,
  })
  return works()
}

/** Runs a process whose wall clock is this much off; resolves to what it says. */
async function run(path: string, action: string, offset?: string): Promise<Record<string, unknown>> {
  const script = join(import.meta.dirname, 'fixtures/clock-process.ts')
  const command = [process.execPath, script, path, action]
  // The monotonic clock is no wall clock: nobody can set it.
  const env = { ...process.env, FAKETIME_DONT_FAKE_MONOTONIC: '1' }
  const [program = '', ...args] = offset === undefined ? command : [faketime, '-f', offset, ...command]
  const child = spawn(program, args, { env, stdio: ['ignore', 'pipe', 'inherit'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  const [said] = await Promise.all([text(child.stdout), once(child, 'close')])
  return said === '' ? {} : (JSON.parse(said) as Record<string, unknown>)
}

describe.skipIf(!canFakeTime())('a process whose clock differs (needs faketime: apt-get install -y faketime)', () => {
  it.each(['-1h', '-1d'])('by %s takes over the claim of a killed holder in bounded time', async (offset) => {
    const path = temporaryPath()
    await run(path, 'claim and die')
    const { fence } = await run(path, 'claim', offset)
    const { fence: next } = await run(temporaryPath(), 'claim', offset)
    expect(fence).toBeGreaterThan(0)
    expect(next).toBeGreaterThan(0)
  })

  it.each(['-1h', '-1d'])('by %s does not see again what has expired, and gives later times', async (offset) => {
    const path = temporaryPath()
    const before = Date.now()
    await run(path, 'let expire')
    const { isThere, updatedAt } = await run(path, 'read', offset)
    expect(isThere).toBe(false)
    expect(updatedAt).toBeGreaterThanOrEqual(before)
  })

  it('by +1h takes a claim early, and the old holder is refused by its fence', async () => {
    const path = temporaryPath()
    await using memory = await openMemory({ store: sqliteStore(path) })
    const { claims, facts } = memory.as({ id: 'ann', role: 'test' })
    const claim = await claims.claim('t', { leaseMs: 60_000 })
    const { fence } = await run(path, 'claim', '+1h')
    expect(fence).toBeGreaterThan(claim?.fence ?? Infinity)
    await expect(facts.set('k', 1, { claim: { task: 't', fence: claim?.fence ?? 0 } })).rejects.toMatchObject({
      code: 'SKEIN_FENCE',
    })
  })
})
