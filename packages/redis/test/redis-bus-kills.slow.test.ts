import { openMemory } from '@skein/memory'
import { sqliteStore } from '@skein/sqlite'
import { describe, expect, it } from 'vitest'

import { startChild } from './child.ts'
import { openFederation, settle } from './federation.ts'
import type { Node } from './federation.ts'
import { missing } from './redis-server.ts'

describe.skipIf(missing)(`Federated processes over Redis${missing ? ` (${missing})` : ''}`, () => {
  it('lose nothing and repeat nothing when they are killed in the middle', async () => {
    const { node, server, fileOf } = await openFederation()
    const watcher = await node('w')
    const wrote = new Map<string, number>()
    for (let life = 0; life < 3; life += 1) {
      const children = ['a', 'b'].map((name) => ({
        name,
        child: startChild('federated-process.ts', name, fileOf(name), server.url),
      }))
      for (const [index, { name, child }] of children.entries()) {
        const before = wrote.get(name) ?? 0
        await child.line(`wrote ${before + 20 + 7 * index + life}`)
        child.signal('SIGKILL')
        await child.ended
        // More may have been acknowledged since; the store knows.
        wrote.set(name, before + 20 + 7 * index + life)
        const counted = await countIn(fileOf(name), name)
        expect(counted).toBeGreaterThanOrEqual(wrote.get(name) ?? 0)
        wrote.set(name, counted)
      }
    }
    const nodes = [await node('a'), await node('b'), watcher]
    await settle(...nodes)
    const seen = await Promise.all(nodes.map((one) => observationsOf(one)))
    for (const observations of seen) {
      expect(observations).toEqual(seen[0])
      const values = observations.map(([, value]) => value)
      for (const [name, count] of wrote) {
        const own = new Set(values.filter((value) => value.startsWith(`${name}/`)))
        for (let n = 1; n <= count; n += 1) expect(own).toContain(`${name}/${n}`)
      }
    }
    const facts = await Promise.all(
      nodes.map(async (one) => [
        await one.facts.get('shared'),
        await one.facts.get('a/count'),
        await one.facts.get('b/count'),
        await one.facts.conflicts('shared'),
      ]),
    )
    for (const fact of facts) expect(fact).toEqual(facts[0])
    expect(facts[0]?.slice(1, 3)).toEqual([wrote.get('a'), wrote.get('b')])
  })
})

async function countIn(file: string, name: string): Promise<number> {
  await using memory = await openMemory({ store: sqliteStore(file) })
  return (await memory.as({ id: 'x', role: 'r' }).facts.get<number>(`${name}/count`)) ?? 0
}

/** Id and value of all observations that a node shows, in one order. */
async function observationsOf({ observations }: Node): Promise<[id: string, value: string][]> {
  const found: [string, string][] = []
  let cursor: string | undefined
  do {
    const page = await observations.list<string>({ limit: 1_000, ...(cursor !== undefined && { cursor }) })
    found.push(...page.items.map(({ id, value }): [string, string] => [id, value]))
    cursor = page.cursor
  } while (cursor !== undefined)
  return found.toSorted(([a], [b]) => (a < b ? -1 : 1))
}
