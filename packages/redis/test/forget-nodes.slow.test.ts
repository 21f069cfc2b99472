import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

import type { Principal, View } from '@skein/memory'
import { Redis } from 'ioredis'
import { describe, expect, it, onTestFinished } from 'vitest'

import { important, openFederation, settle } from './federation.ts'
import type { Node } from './federation.ts'
import { missing } from './redis-server.ts'

const olga: Principal = { id: 'olga', role: 'privacy', clearance: { level: 'confidential' }, rights: ['erase'] }
const about = { subject: 'person/42', ...important }

async function erase(node: Node): Promise<void> {
  await node.memory.as(olga).forget({ subject: 'person/42' }, { reason: 'asked', derived: 'forget' })
}

/** What is left about the person. */
async function rest(view: View): Promise<readonly unknown[]> {
  const { items } = await view.observations.list()
  return [items.length, await view.facts.get('summary'), (await view.observations.search('zebra')).length]
}

/** Whether a node's files hold a text. */
function holds(file: string, text: string): boolean {
  return ['', '-wal'].some((end) => existsSync(file + end) && readFileSync(file + end).includes(text))
}

describe.skipIf(missing)(`What one of several nodes forgets${missing ? ` (${missing})` : ''}`, () => {
  it('goes from the file of another one that is killed in the middle', async () => {
    const { node, fileOf, server } = await openFederation()
    const [a, b, c] = [await node('a'), await node('b'), await node('c')]
    const logs = Array.from({ length: 600 }, (_, n) => a.observations.log({ value: `zebra ${n}`, ...about }))
    await Promise.all(logs)
    await a.facts.set('summary', 'of zebras', about)
    await settle(a, b, c)
    const [log] = (await b.observations.list({ limit: 1 })).items
    await b.facts.set('own', 'of zebras on b', { derivedFrom: log ? [log] : [] })
    await b.memory.close()
    await erase(a)
    await settle(a)

    const script = join(import.meta.dirname, 'fixtures/forgetting-node.ts')
    const args = ['--no-warnings', script, 'b', fileOf('b'), server.url]
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit'] })
    onTestFinished(() => void child.kill('SIGKILL'))
    expect((await once(child, 'exit'))[1]).toBe('SIGKILL')
    expect(holds(fileOf('b'), 'zebra')).toBe(true)

    const again = await node('b')
    expect(await rest(again)).toEqual([0, undefined, 0])
    await settle(again, c, a)
    for (const one of [a, again, c]) expect(await rest(one)).toEqual([0, undefined, 0])
    const erasures = async (): Promise<unknown> => {
      return (await again.memory.as(olga).records.list({ collection: 'erasures' })).items[0]?.value
    }
    await expect.poll(erasures, { timeout: 60_000 }).toMatchObject({ state: 'done', node: 'a', reason: 'asked' })
    await Promise.all([again.memory.close(), c.memory.close()])
    // What it had made from them for itself is gone as well.
    for (const name of ['b', 'c']) expect(holds(fileOf(name), 'zebra')).toBe(false)
  })

  it('does not come back when the bus has lost everything', async () => {
    const { node, server } = await openFederation()
    const [a, b, c] = [await node('a'), await node('b'), await node('c')]
    await a.observations.log({ value: 'zebra', ...about })
    await a.facts.set('summary', 'of zebras', about)
    const ref = await a.objects.put('of zebras', about)
    await settle(a, b, c)
    await c.memory.close()
    await erase(a)
    await settle(a, b)
    await Promise.all([a.memory.close(), b.memory.close()])
    const redis = new Redis(server.url)
    onTestFinished(() => redis.disconnect())
    await redis.flushall()
    // The one that has not heard of it comes first, and says all that it knows.
    const late = await node('c')
    await settle(late)
    expect(await rest(late)).toEqual([1, 'of zebras', 1])
    const nodes = [late, await node('b'), await node('a')]
    await settle(...nodes)
    for (const one of nodes) {
      expect(await rest(one)).toEqual([0, undefined, 0])
      await expect(one.objects.get(ref)).rejects.toMatchObject({ code: 'SKEIN_NOT_FOUND' })
    }
  })
})
