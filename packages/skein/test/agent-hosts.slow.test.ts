import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { createFlock } from '@skein/core'
import type { Flock } from '@skein/core'
import { openMemory } from '@skein/memory'
import { describe, expect, it, onTestFinished } from 'vitest'

import { missing, startServer } from '../../redis/test/redis-server.ts'
import { openStore } from '../src/open/open-store.ts'
import { ledger } from './fixtures/hosted-ledger.ts'
import { skein, startSkein } from './run-skein.ts'

const fixture = join(import.meta.dirname, 'fixtures/hosted-ledger.ts')
const ids = Array.from({ length: 30 }, (_, index) => `ledger-${index}`)
const senders = ['ann', 'bob']

interface Listed {
  readonly agents: {
    readonly hosts: readonly { readonly running: number }[]
    readonly definitions: readonly { readonly waiting: number }[]
  }
}

/** Three processes that host ledgers, and a flock that talks with them. */
async function openHosts(store: string, folder: string) {
  const workers = [1, 2, 3].map(() => startSkein(['worker', '--store', store, '--agents', fixture], folder))
  onTestFinished(async () => {
    for (const { child } of workers) child.kill('SIGKILL')
    await Promise.all(workers.map(({ ended }) => ended))
  })
  await Promise.all(workers.map(({ child }) => once(child.stdout as NonNullable<typeof child.stdout>, 'data')))
  const memory = await openMemory({ store: await openStore(store) })
  const flock = await createFlock({ memory, threads: 1, askTimeoutMs: 60_000 })
  onTestFinished(async () => {
    await flock.close()
    await memory.close()
  })
  return { workers, flock }
}

/** Sends each ledger the numbers from each sender, one after the other. */
async function send(flock: Flock, from: number, to: number): Promise<void> {
  const all = ids.flatMap((id) => senders.map((sender) => [flock.hosted(ledger, id), sender] as const))
  await Promise.all(
    all.map(async ([agent, sender]) => {
      for (let n = from; n < to; n += 1) await agent.post({ type: 'enter', from: sender, n })
    }),
  )
}

/** Expects each ledger to have the numbers below one, each once and in order. */
async function expectAll(flock: Flock, count: number): Promise<void> {
  const entries = await Promise.all(ids.map((id) => flock.hosted(ledger, id).ask({ type: 'read' })))
  const numbers = Array.from({ length: count }, (_, n) => n)
  for (const of of entries) expect(of).toEqual(Object.fromEntries(senders.map((sender) => [sender, numbers])))
}

function folderOfTest(): string {
  const folder = mkdtempSync(join(tmpdir(), 'skein-hosts-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  return folder
}

describe('agents on three hosts', () => {
  it.each(['SQLite', 'Redis'])(
    'go on elsewhere when one is killed, on %s: nothing lost, doubled or out of order',
    async (name) => {
      if (name === 'Redis' && missing) return
      const folder = folderOfTest()
      const server = name === 'Redis' ? await startServer() : undefined
      if (server) onTestFinished(() => server.stop())
      const store = server?.url ?? join(folder, 'flock.db')
      const { workers, flock } = await openHosts(store, folder)
      await Promise.all(ids.map((id) => flock.spawnHosted(ledger, { id })))
      await send(flock, 0, 3)
      const [killed, cutOff, last] = workers
      killed?.child.kill('SIGKILL')
      await send(flock, 3, 6)
      await expectAll(flock, 6)
      if (server) {
        // It can't renew its leases, as behind a cut cable.
        cutOff?.child.kill('SIGSTOP')
        await send(flock, 6, 9)
        await expectAll(flock, 9)
        cutOff?.child.kill('SIGCONT')
        await send(flock, 9, 12)
        await expectAll(flock, 12)
      }
      const { stdout } = await skein(['workers', '--store', store, '--json'], folder)
      const { hosts, definitions } = (JSON.parse(stdout) as Listed).agents
      expect(hosts).toHaveLength(2)
      expect(definitions).toMatchObject([{ name: 'ledger', agents: 30 }])
      cutOff?.child.kill('SIGTERM')
      expect(await cutOff?.ended).toMatchObject({ code: 0 })
      await expectAll(flock, server ? 12 : 6)
      last?.child.kill('SIGTERM')
      expect(await last?.ended).toMatchObject({ code: 0 })
    },
  )
})
