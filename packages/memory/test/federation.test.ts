import { inProcessBus, mapStore, openMemory } from '@skein/memory'
import type { BusLink } from '@skein/memory/types'
import { describe, expect, it } from 'vitest'

import { cuttableBus, interruptedStore, listenForWarnings, openNode, openPair, settle } from './federation-nodes.ts'
import type { Node } from './federation-nodes.ts'

const important = { importance: 0.9 }

describe('Sharing', () => {
  it('covers records that are important enough', async () => {
    const [a, b] = await openPair()
    await a.facts.set('loud', 1, { importance: 0.7 })
    await a.facts.set('soft', 1, { importance: 0.69 })
    await a.facts.set('plain', 1)
    await settle(a, b)
    expect(await Promise.all(['loud', 'soft', 'plain'].map((key) => b.facts.get(key)))).toEqual([
      1,
      undefined,
      undefined,
    ])
  })

  it('follows a rule, which gets the whole record', async () => {
    const [a, b] = await openPair({
      share: ({ collection, value, tags, author }) =>
        collection === 'facts' && (value as number) > 5 && tags.includes('out') && author === 'a-agent',
    })
    await a.facts.set('x', 6, { tags: ['out'] })
    await a.facts.set('y', 4, { tags: ['out'] })
    await a.facts.set('z', 6)
    await settle(a, b)
    expect(await Promise.all(['x', 'y', 'z'].map((key) => b.facts.get(key)))).toEqual([6, undefined, undefined])
  })

  it('skips records for which the rule throws, with a warning', async () => {
    const warnings = listenForWarnings()
    const [a, b] = await openPair({
      share: ({ id }) => {
        if (id === 'bad') throw new Error('No idea.')
        return true
      },
    })
    await a.facts.set('bad', 1)
    await a.facts.set('good', 1)
    await settle(a, b)
    expect(await b.facts.get('good')).toBe(1)
    expect(await b.facts.get('bad')).toBeUndefined()
    await expect.poll(() => warnings).toContainEqual(expect.stringContaining('No idea.'))
  })

  it('transfers author, task, tags, importance, label and sources', async () => {
    const [a, b] = await openPair()
    const about = { task: 't', tags: ['x'], ...important, sensitivity: 'internal', compartments: ['finance'] } as const
    await a.observations.log({ value: 'Acme grows quickly', ...about })
    await a.decisions.record({ decision: 'buy', reasoning: 'It pays.', ...about })
    await a.learnings.log({ signal: 'success', context: { size: 1 }, details: 'numbers', ...about })
    await settle(a, b)
    for (const kind of ['observations', 'decisions', 'learnings'] as const) {
      const [{ items: ours }, { items: theirs }] = await Promise.all([a[kind].list(), b[kind].list()])
      const expected = ours.map(({ createdAt: _at, seq: _seq, ...rest }) => rest)
      expect(theirs).toMatchObject(expected)
    }
    const [hit] = await b.observations.search('growing')
    expect(hit?.item.value).toBe('Acme grows quickly')
    const low = b.memory.as({ id: 'low', role: 'test', clearance: { level: 'internal' } })
    expect((await low.observations.list()).items).toEqual([])
  })

  it('transfers objects with their bytes and sources', async () => {
    const [a, b] = await openPair()
    const source = await a.objects.put('The whole text.', important)
    const note = await a.objects.put({ short: true }, { derivedFrom: [source], ...important })
    await settle(a, b)
    expect(await b.objects.get(note)).toEqual({ short: true })
    expect((await b.objects.lineage(note, { direction: 'sources' })).map(({ ref }) => ref)).toEqual([source])
    expect(await b.objects.get(source)).toBe('The whole text.')
  })

  it('merges the sources of an object from all nodes', async () => {
    const [a, b] = await openPair()
    const [one, two] = await Promise.all([a.objects.put('one', important), b.objects.put('two', important)])
    await a.objects.put('both', { derivedFrom: [one], ...important })
    const both = await b.objects.put('both', { derivedFrom: [two], ...important })
    await settle(a, b)
    for (const node of [a, b]) {
      const sources = await node.objects.lineage(both, { direction: 'sources' })
      expect(sources.map(({ ref }) => ref.id).toSorted((x, y) => (x < y ? -1 : 1))).toEqual(
        [one.id, two.id].toSorted((x, y) => (x < y ? -1 : 1)),
      )
    }
  })

  it('skips objects that are too large, with a warning', async () => {
    const warnings = listenForWarnings()
    const [a, b] = await openPair({ maxObjectBytes: 10 })
    const large = await a.objects.put('12345678901', important)
    const small = await a.objects.put('1234567890', important)
    await settle(a, b)
    expect([await b.objects.has(large), await b.objects.has(small)]).toEqual([false, true])
    expect(a.memory.federation?.tooLarge).toBe(1)
    await expect.poll(() => warnings).toContainEqual(expect.stringContaining('federation.maxObjectBytes'))
  })

  it('covers alerts, even without an importance, until they are acknowledged', async () => {
    const [a, b, bus] = await openPair()
    await a.alerts.send({ to: ['b-agent', { role: 'test' }], insight: 'Hold all deals.' })
    await settle(a, b)
    const pending = await b.alerts.pending()
    expect(pending.map(({ from, insight }) => [from, insight])).toEqual([
      ['a-agent', 'Hold all deals.'],
      ['a-agent', 'Hold all deals.'],
    ])
    for (const { id } of pending) await b.alerts.ack(id)
    await settle(b, a)
    const bOnA = a.memory.as({ id: 'b-agent', role: 'test' })
    expect(await bOnA.alerts.pending()).toEqual([])
    expect(await a.alerts.pending()).toHaveLength(1)
    // Not even when the message is repeated.
    await using link = await bus.open('default', 'echo')
    const { messages } = await link.read('', 100)
    await link.publish(messages.map(({ text }) => text))
    await settle(a, b)
    expect(await b.alerts.pending()).toEqual([])
  })

  it('respects times to live', async () => {
    const times = { now: 1_000_000 }
    const bus = inProcessBus()
    const now = (): number => times.now
    const a = await openNode('a', bus, { store: mapStore({ now }) })
    const b = await openNode('b', bus, { store: mapStore({ now }) })
    await a.facts.set('soon', 1, { ttlMs: 5_000, ...important })
    await a.observations.log({ value: 'soon', ttlMs: 5_000, ...important })
    times.now += 2_000
    await settle(a, b)
    expect(await b.facts.read('soon')).toMatchObject({ value: 1, expiresAt: 1_005_000 })
    times.now += 3_000
    expect(await b.facts.get('soon')).toBeUndefined()
    expect((await b.observations.list()).items).toEqual([])
    const c = await openNode('c', bus, { store: mapStore({ now }) })
    await settle(a, b, c)
    expect(await c.facts.get('soon')).toBeUndefined()
    expect((await c.observations.list()).items).toEqual([])
  })

  it('publishes a record once, and receivers do not publish it again', async () => {
    const [a, b, bus] = await openPair()
    const c = await openNode('c', bus)
    await a.facts.set('k', 1, important)
    await a.observations.log({ value: 'seen', ...important })
    await a.objects.put('bytes', important)
    await a.alerts.send({ to: ['x'], insight: 'now' })
    await settle(a, b, c)
    const reports = [a, b, c].map(({ memory }) => memory.federation)
    expect(reports.map((report) => [report?.sent, report?.received, report?.merged])).toEqual([
      [4, 0, 0],
      [0, 4, 4],
      [0, 4, 4],
    ])
    expect(reports.map((report) => [report?.waiting, report?.isCaughtUp, report?.isConnected])).toEqual(
      Array.from({ length: 3 }, () => [0, true, true]),
    )
  })

  it('happens automatically, without a call of exchange', async () => {
    const [a, b] = await openPair()
    await a.facts.set('k', 1, important)
    await expect.poll(() => b.facts.get('k')).toBe(1)
  })

  it('hides the exchange itself from watches and the audit', async () => {
    const [a, b] = await openPair()
    await a.facts.set('k', 1, important)
    await b.facts.set('k', 2, important)
    await settle(a, b)
    const auditor = b.memory.as({ id: 'eve', role: 'auditor', rights: ['audit'] })
    const entries = await Array.fromAsync(auditor.audit.entries())
    expect(new Set(entries.map(({ collection }) => collection))).toEqual(new Set(['facts']))
    const seen: string[] = []
    const stop = new AbortController()
    for await (const { collection } of b.watch('', { after: 0, signal: stop.signal })) {
      seen.push(collection)
      if (seen.length === 1) await b.facts.set('end', 1)
      if (seen.length > 1) stop.abort()
    }
    expect(new Set(seen)).toEqual(new Set(['facts']))
  })
})

describe('A fact written on several nodes', () => {
  it('has the same winner everywhere, and shows the values that lost', async () => {
    const [a, b, bus] = await openPair()
    const c = await openNode('c', bus)
    await a.facts.set('price', 10, important)
    await b.facts.set('price', 11, important)
    await c.facts.set('price', 12, important)
    await settle(a, b, c)
    const winner = await a.facts.read('price')
    for (const node of [b, c]) {
      expect(await node.facts.read('price')).toMatchObject({ value: winner?.value, author: winner?.author })
      expect(await node.facts.conflicts('price')).toEqual(await a.facts.conflicts('price'))
    }
    const lost = await a.facts.conflicts<number>('price')
    expect([winner?.value, ...lost.map(({ value }) => value)].toSorted((x, y) => Number(x) - Number(y))).toEqual([
      10, 11, 12,
    ])
    expect(lost[0]).toMatchObject({ author: `${lost[0]?.node}-agent`, isDelete: false, importance: 0.9 })
    expect(a.memory.federation?.conflicts).toBeGreaterThan(0)
  })

  it('has its conflict resolved by the next write, everywhere', async () => {
    const [a, b] = await openPair()
    await a.facts.set('price', 10, important)
    await b.facts.set('price', 11, important)
    await settle(a, b)
    expect(await b.facts.conflicts('price')).toHaveLength(1)
    await b.facts.update<number>('price', (price = 0) => price + 1)
    expect(await b.facts.conflicts('price')).toEqual([])
    await settle(a, b)
    expect(await a.facts.conflicts('price')).toEqual([])
    expect(await a.facts.get('price')).toEqual(await b.facts.get('price'))
  })

  it('has no conflict when each writer had seen the previous value', async () => {
    const [a, b] = await openPair()
    for (let turn = 0; turn < 5; turn += 1) {
      await a.facts.set('k', `a${turn}`, important)
      await settle(a, b)
      await b.facts.set('k', `b${turn}`, important)
      await settle(a, b)
    }
    expect([await a.facts.get('k'), await a.facts.conflicts('k'), await b.facts.conflicts('k')]).toEqual(['b4', [], []])
    expect(a.memory.federation?.conflicts).toBe(0)
  })

  it('has its conflict resolved even by a write of the same value', async () => {
    const [a, b] = await openPair()
    await a.facts.set('k', 1, important)
    await b.facts.set('k', 2, important)
    await settle(a, b)
    await a.facts.set('k', (await a.facts.get('k')) as number, important)
    await settle(a, b)
    expect([await a.facts.conflicts('k'), await b.facts.conflicts('k')]).toEqual([[], []])
  })

  it('stays shared when it is written without an importance', async () => {
    const [a, b] = await openPair()
    await a.facts.set('k', 1, important)
    await settle(a, b)
    await b.facts.set('k', 2)
    await settle(a, b)
    expect(await a.facts.get('k')).toBe(2)
    await b.facts.set('k', 3, { importance: 0.1 })
    await settle(a, b)
    expect([await a.facts.get('k'), await b.facts.get('k')]).toEqual([2, 3])
  })

  it('keeps a private write on its node until a newer value arrives, then shows both there', async () => {
    const bus = inProcessBus()
    const a = await openNode('a', bus, { store: mapStore({ now: () => Date.now() + 60_000 }) })
    const b = await openNode('b', bus)
    await b.facts.set('k', 'mine', { importance: 0 })
    await a.facts.set('k', 'ours', important)
    await settle(a, b)
    expect(await b.facts.get('k')).toBe('ours')
    expect((await b.facts.conflicts('k')).map(({ value, node }) => [value, node])).toEqual([['mine', 'b']])
    expect(await a.facts.conflicts('k')).toEqual([])
    await b.facts.set('k', 'mine again', { importance: 0 })
    await settle(a, b)
    expect([await a.facts.get('k'), await b.facts.get('k'), await b.facts.conflicts('k')]).toEqual([
      'ours',
      'mine again',
      [],
    ])
    expect(b.memory.federation?.sent).toBe(0)
  })

  it('disappears everywhere when deleted, and returns when written again', async () => {
    const [a, b] = await openPair()
    await a.facts.set('k', 1, important)
    await settle(a, b)
    await b.facts.delete('k')
    await settle(a, b)
    expect(await a.facts.get('k')).toBeUndefined()
    await a.facts.set('k', 2, important)
    await settle(a, b)
    expect([await b.facts.get('k'), await b.facts.conflicts('k')]).toEqual([2, []])
  })

  it('shows a value that lost against a delete, and a delete that lost', async () => {
    const [a, b] = await openPair()
    await a.facts.set('k', 1, important)
    await settle(a, b)
    await a.facts.delete('k')
    await b.facts.set('k', 2, important)
    await settle(a, b)
    const present = await a.facts.get('k')
    expect(await b.facts.get('k')).toEqual(present)
    const lost = (await a.facts.conflicts('k')).map(({ value, isDelete }) => [value, isDelete])
    expect(lost).toEqual(present === undefined ? [[2, false]] : [[undefined, true]])
  })

  it('does not publish deletes of facts that were never shared', async () => {
    const [a, b] = await openPair()
    await a.facts.set('own', 1)
    await settle(a, b)
    await a.facts.delete('own')
    await settle(a, b)
    expect(a.memory.federation?.sent).toBe(0)
  })

  it('converges to the newest of many writes while nodes come and go in any order', async () => {
    const [a, b, bus] = await openPair()
    const nodes = [a, b, await openNode('c', bus), await openNode('d', bus)]
    for (let turn = 0; turn < 20; turn += 1) {
      await Promise.all(nodes.map((node, index) => node.facts.set(`k${turn % 3}`, `${index}/${turn}`, important)))
      await nodes[turn % 4]?.memory.exchange()
    }
    await settle(...nodes)
    const states = await Promise.all(
      nodes.map(({ facts }) =>
        Promise.all(['k0', 'k1', 'k2'].map(async (key) => [await facts.get(key), await facts.conflicts(key)])),
      ),
    )
    for (const state of states) expect(state).toEqual(states[0])
  })
})

describe('Agents that write while values of other nodes arrive', () => {
  it('lose no write: each is current, was seen by the write that replaced it, or shows as a conflict', async () => {
    const bus = inProcessBus()
    const nodes = await Promise.all(['a', 'b', 'c'].map((name) => openNode(name, bus)))
    const turns = Array.from({ length: 30 }, (_, turn) => turn)
    // Every write keeps the names that its writer saw and adds a new one: a name missing in the end was lost.
    const add = async ({ facts }: Node, name: string): Promise<void> => {
      for (;;) {
        const fact = await facts.read<string[]>('names', { consistency: 'strong' })
        const lost = await facts.conflicts<string[]>('names')
        const names = [fact, ...lost].flatMap((seen) => seen?.value ?? [])
        const isWritten = await facts
          .set('names', [...new Set([...names, name])], { ifVersion: fact?.version ?? 0, ...important })
          .then(
            () => true,
            () => false,
          )
        if (isWritten) return
      }
    }
    await Promise.all(
      nodes.map(async (node, index) => {
        for (const turn of turns) {
          await add(node, `${index}/${turn}`)
          if (turn % 3 === index) await node.memory.exchange()
        }
      }),
    )
    await settle(...nodes)
    const [first, ...others] = await Promise.all(
      nodes.map(async ({ facts }) => {
        const lost = await facts.conflicts<string[]>('names')
        return [await facts.get<string[]>('names'), ...lost.map(({ value }) => value)]
      }),
    )
    for (const other of others) expect(other).toEqual(first)
    const written = nodes.flatMap((_, index) => turns.map((turn) => `${index}/${turn}`))
    expect(new Set((first ?? []).flat())).toEqual(new Set(written))
  })

  it('learn of a conflict when they name a version', async () => {
    const bus = inProcessBus()
    const a = await openNode('a', bus, { store: mapStore({ now: () => Date.now() + 60_000 }) })
    const b = await openNode('b', bus)
    const { version } = await a.facts.set('k', 'stays', important)
    await b.facts.set('k', 'loses', important)
    await settle(a, b)
    expect(await a.facts.get('k')).toBe('stays')
    await expect(a.facts.set('k', 'next', { ifVersion: version })).rejects.toMatchObject({
      code: 'SKEIN_VERSION_CONFLICT',
      current: { value: 'stays' },
    })
  })

  it.each([
    ['published', 'a'],
    ['merged', 'b'],
  ])('win while the fact is being %s', async (_, writer) => {
    let interrupts = 1
    const bus = inProcessBus()
    const nodes: Record<string, Node> = {}
    const open = (name: string): Promise<Node> => {
      const store = interruptedStore(() => {
        if (name !== writer || interrupts === 0) return undefined
        interrupts -= 1
        return nodes[name]?.facts.set('k', 'in between', important).then(() => {})
      })
      return openNode(name, bus, { store })
    }
    nodes['a'] = await open('a')
    nodes['b'] = await open('b')
    const { a, b } = nodes as { a: Node; b: Node }
    await a.facts.set('k', 'first', important)
    await settle(a, b)
    expect(interrupts).toBe(0)
    for (const { facts } of [a, b]) {
      const shown = [await facts.get('k'), ...(await facts.conflicts('k')).map(({ value }) => value)]
      expect(shown).toContain('in between')
      // If one node wrote both, the second write replaced the first; on two nodes the writes were concurrent.
      expect(shown).toHaveLength(writer === 'a' ? 1 : 2)
    }
  })

  it('win while a delete of the fact is being merged', async () => {
    let isArmed = false
    let b: Node | undefined
    const store = interruptedStore(() => {
      if (!isArmed) return undefined
      isArmed = false
      return b?.facts.set('k', 'in between', important).then(() => {})
    })
    const bus = inProcessBus()
    const a = await openNode('a', bus)
    b = await openNode('b', bus, { store })
    await a.facts.set('k', 'first', important)
    await settle(a, b)
    isArmed = true
    await a.facts.delete('k')
    await settle(a, b)
    expect(isArmed).toBe(false)
    for (const { facts } of [a, b]) {
      const lost = await facts.conflicts('k')
      expect([await facts.get('k'), ...lost.map(({ value }) => value)]).toContain('in between')
    }
  })

  it('have resolved a conflict even if no exchange follows', async () => {
    const bus = inProcessBus()
    const store = mapStore()
    const [a, b] = [await openNode('a', bus, { store }), await openNode('b', bus)]
    await a.facts.set('k', 1, important)
    await b.facts.set('k', 2, important)
    await settle(a, b)
    await a.memory.close()
    await using alone = await openMemory({ store })
    const { facts } = alone.as({ id: 'x', role: 'r' })
    expect(await facts.conflicts('k')).toHaveLength(1)
    await facts.set('k', 3)
    expect(await facts.conflicts('k')).toEqual([])
  })

  it('do not lose their values to late messages', async () => {
    const [a, b] = await openPair()
    await a.facts.set('k', 'first', important)
    await settle(a, b)
    await Promise.all([
      b.memory.exchange(),
      a.memory.exchange(),
      ...Array.from({ length: 50 }, (_, n) => b.facts.set('k', n, important)),
    ])
    const written = await b.facts.get('k')
    await settle(a, b)
    expect([await a.facts.get('k'), await b.facts.get('k')]).toEqual([written, written])
  })
})

describe('Access across nodes', () => {
  const low = { id: 'low', role: 'test' }

  it('shows only those values of a conflict that the clearance covers', async () => {
    const [a, b] = await openPair()
    await a.facts.set('k', 'open', important)
    await b.facts.set('k', 'secret', { sensitivity: 'confidential', ...important })
    await a.facts.set('j', 'secret', { sensitivity: 'confidential', ...important })
    await b.facts.set('j', 'open', important)
    await settle(a, b)
    for (const { memory } of [a, b]) {
      const { facts } = memory.as(low)
      for (const key of ['k', 'j']) {
        const seen = [await facts.get(key), ...(await facts.conflicts(key)).map(({ value }) => value)]
        expect(seen.filter((value) => value !== undefined)).toEqual(['open'])
      }
    }
  })

  it('does not let a writer resolve a conflict that it cannot see', async () => {
    const [a, b] = await openPair()
    await a.facts.set('k', 'secret', { sensitivity: 'confidential', ...important })
    await b.facts.set('k', 'open', important)
    await settle(a, b)
    // Whichever won: a write replaces the visible values and keeps the others.
    const writer = b.memory.as(low).facts
    const isRefused = await writer.set('k', 'more', important).then(
      () => false,
      () => true,
    )
    await settle(a, b)
    const all = [await a.facts.get('k'), ...(await a.facts.conflicts('k')).map(({ value }) => value)]
    expect(all).toContain('secret')
    expect(isRefused).toBe((await b.memory.as(low).facts.get('k')) === undefined)
    await a.facts.set('k', 'settled', { sensitivity: 'confidential', ...important })
    await settle(a, b)
    expect(await b.facts.conflicts('k')).toEqual([])
  })
})

describe('A node that was disconnected', () => {
  it('catches up on what it missed', async () => {
    const store = mapStore()
    const bus = inProcessBus()
    const a = await openNode('a', bus)
    const early = await openNode('b', bus, { store })
    await a.facts.set('k', 1, important)
    await settle(a, early)
    await early.memory.close()
    await a.facts.set('k', 2, important)
    await a.observations.log({ value: 'missed', ...important })
    await a.memory.exchange()
    const late = await openNode('b', bus, { store })
    await settle(late)
    expect([await late.facts.get('k'), (await late.observations.list()).items.length]).toEqual([2, 1])
    // It did not read the bus from the beginning.
    expect(late.memory.federation?.received).toBe(2)
  })

  it('publishes records written before it joined', async () => {
    const store = mapStore()
    const alone = await openMemory({ store })
    await alone.as({ id: 'x', role: 'r' }).facts.set('k', 1, important)
    await alone.close()
    const bus = inProcessBus()
    const [a, b] = [await openNode('a', bus, { store }), await openNode('b', bus)]
    await settle(a, b)
    expect(await b.facts.get('k')).toBe(1)
  })

  it('publishes everything if its own feed no longer reaches back', async () => {
    const store = mapStore({ maxChanges: 5 })
    const alone = await openMemory({ store })
    const writer = alone.as({ id: 'x', role: 'r' })
    for (let n = 0; n < 20; n += 1) await writer.facts.set(`k${n}`, n, important)
    await writer.observations.log({ value: 'old', ...important })
    await alone.close()
    const bus = inProcessBus()
    const [a, b] = [await openNode('a', bus, { store }), await openNode('b', bus)]
    await settle(a, b)
    expect(await Promise.all(Array.from({ length: 20 }, (_, n) => b.facts.get(`k${n}`)))).toEqual(
      Array.from({ length: 20 }, (_, n) => n),
    )
    expect((await b.observations.list()).items).toHaveLength(1)
  })

  it('gets a snapshot from one other node if the bus no longer reaches back', async () => {
    const bus = inProcessBus({ maxMessages: 30 })
    const store = mapStore()
    const [a, b] = [await openNode('a', bus), await openNode('b', bus)]
    const early = await openNode('c', bus, { store })
    await a.facts.set('gone', 1, important)
    await a.alerts.send({ to: ['c-agent'], insight: 'old' })
    await settle(a, b, early)
    const [alert] = await early.alerts.pending()
    await early.memory.close()

    await b.facts.delete('gone')
    const onB = b.memory.as({ id: 'c-agent', role: 'x' })
    await onB.alerts.ack(alert?.id ?? '')
    const object = await b.objects.put('content', important)
    for (let n = 0; n < 50; n += 1) await a.facts.set(`k${n % 10}`, n, important)
    for (let n = 0; n < 50; n += 1) {
      await a.facts.set(`k${n % 10}`, n, important)
      await a.memory.exchange()
    }
    await a.facts.set('k0', 'a', important)
    await b.facts.set('k0', 'b', important)
    await settle(a, b)

    const late = await openNode('c', bus, { store })
    const mine = late.facts.set('mine', 1, important)
    await mine
    await settle(late, a, b)
    await settle(late, a, b)
    for (let n = 1; n < 10; n += 1) expect(await late.facts.get(`k${n}`)).toBe(40 + n)
    expect(await late.facts.get('gone')).toBeUndefined()
    expect(await late.objects.get(object)).toBe('content')
    expect(await late.alerts.pending()).toEqual([])
    expect(await late.facts.conflicts('k0')).toEqual(await a.facts.conflicts('k0'))
    expect([await a.facts.get('mine'), await b.facts.get('mine')]).toEqual([1, 1])
    expect(late.memory.federation?.snapshots).toBe(1)
    // Only one of them answered.
    const answers = [a, b].map(({ memory }) => (memory.federation?.sent ?? 0) > 0)
    expect(answers).toContain(true)
  })

  it('works alone while the bus is down, warns once, and catches up', async () => {
    const warnings = listenForWarnings()
    const cuttable = cuttableBus()
    cuttable.cut()
    const a = await openNode('a', cuttable.bus)
    const b = await openNode('b', cuttable.bus)
    await a.facts.set('k', 1, important)
    await expect(a.memory.exchange()).rejects.toThrow('The link is cut.')
    await expect(a.memory.exchange()).rejects.toThrow('The link is cut.')
    expect(await a.facts.get('k')).toBe(1)
    expect(a.memory.federation).toMatchObject({
      isConnected: false,
      sent: 0,
      lastError: { message: 'The link is cut.' },
    })
    await expect.poll(() => warnings.filter((text) => text.includes('Node "a" continues alone'))).toHaveLength(1)
    cuttable.mend()
    await expect.poll(() => b.facts.get('k'), { timeout: 60_000 }).toBe(1)
    await expect.poll(() => a.memory.federation).toMatchObject({ isConnected: true, lastError: undefined })
  })

  it('publishes the remaining changes when it closes', async () => {
    const [a, b] = await openPair()
    await a.facts.set('last', 1, important)
    await a.memory.close()
    await b.memory.exchange()
    expect(await b.facts.get('last')).toBe(1)
  })

  it('continues under its name after its store was lost', async () => {
    const bus = inProcessBus()
    const b = await openNode('b', bus)
    const first = await openNode('a', bus)
    await first.facts.set('k', 'old', important)
    await settle(first, b)
    await first.memory.close()
    const second = await openNode('a', bus)
    await second.facts.set('k', 'new', important)
    await settle(second, b)
    expect([await second.facts.get('k'), await b.facts.get('k')]).toEqual(['new', 'new'])
  })
})

describe('An invalid message', () => {
  it('is skipped with a warning if it does not fit the schema of a node, and blocks nothing', async () => {
    const warnings = listenForWarnings()
    const onlyNumbers = {
      '~standard': {
        version: 1,
        vendor: 'test',
        validate: (value: unknown) => (typeof value === 'number' ? { value } : { issues: [{ message: 'no number' }] }),
      },
    } as const
    const bus = inProcessBus()
    const a = await openNode('a', bus)
    const b = await openNode('b', bus, { schemas: { 'facts/n/': onlyNumbers } })
    await a.facts.set('n/1', 'text', important)
    await a.facts.set('n/2', 2, important)
    await settle(a, b)
    expect([await b.facts.get('n/1'), await b.facts.get('n/2')]).toEqual([undefined, 2])
    expect(b.memory.federation).toMatchObject({ refused: 1, lastError: { code: 'SKEIN_SCHEMA' } })
    await expect.poll(() => warnings).toContainEqual(expect.stringContaining('skips facts/n/1'))
    await a.facts.set('n/1', 1, important)
    await settle(a, b)
    expect(await b.facts.get('n/1')).toBe(1)
  })

  const envelope = { skein: 1, from: 'x', by: 'y' }
  const meta = { author: 'x', tags: [], derivedFrom: [], sensitivity: 'public', compartments: [] }
  const entry = { node: 'x', n: 1, ms: 1, count: 0, at: 1, value: '1', meta }
  const state = { entries: [entry], context: [['x', 1]] }
  const fact = (body: unknown): string =>
    JSON.stringify({ ...envelope, kind: 'fact', name: 'facts/k', body: JSON.stringify({ state: body }) })
  const record = (name: string, body: unknown): string =>
    JSON.stringify({ ...envelope, kind: 'record', name, body: JSON.stringify(body) })

  it.each([
    ['a text that is not JSON', 'hello'],
    ['another format', '{"skein":2}'],
    ['null', 'null'],
    ['an unknown kind', JSON.stringify({ ...envelope, kind: 'dance', name: 'facts/k', body: '{}' })],
    ['a body that is not JSON', JSON.stringify({ ...envelope, kind: 'fact', name: 'facts/k', body: '{' })],
    ['no state', fact(null)],
    [
      'a label that does not exist',
      fact({ ...state, entries: [{ ...entry, meta: { ...meta, sensitivity: 'secret' } }] }),
    ],
    ['a value that is not JSON', fact({ ...state, entries: [{ ...entry, value: '{' }] })],
    ['a value that looks sealed', fact({ ...state, entries: [{ ...entry, value: '~!{}' }] })],
    ['a stamp that is not a number', fact({ ...state, entries: [{ ...entry, ms: '1' }] })],
    ['a repeated entry', fact({ ...state, entries: [entry, entry] })],
    ['a record of a collection that is not shared', record('claims/t', { value: '1', meta })],
    ['a setting', record('settings/sealed', { value: '1', meta })],
    ['an object with bytes of another', record('objects/abc', { value: '1', meta })],
  ])('is skipped: %s', async (_, text) => {
    const cuttable = cuttableBus()
    const a = await openNode('a', cuttable.bus)
    const b = await openNode('b', cuttable.bus)
    await cuttable.say(text)
    await a.facts.set('after', 1, important)
    await settle(a, b)
    expect(b.memory.federation?.refused).toBe(1)
    expect(await b.facts.get('after')).toBe(1)
    expect(await b.facts.get('k')).toBeUndefined()
  })

  it('is accepted once its content is what a node would send', async () => {
    const cuttable = cuttableBus()
    const b = await openNode('b', cuttable.bus)
    await cuttable.say(fact(state))
    await b.memory.exchange()
    expect(await b.facts.get('k')).toBe(1)
    expect(b.memory.federation?.refused).toBe(0)
  })
})

describe('Sealed memory', () => {
  const key = (n: number): string => Buffer.alloc(32, n).toString('base64')
  const encryption = { keys: { k1: key(1) }, current: 'k1' }

  it('is sealed on the bus, too', async () => {
    const bus = inProcessBus()
    const [a, b] = [await openNode('a', bus, { encryption }), await openNode('b', bus, { encryption })]
    const secret = { sensitivity: 'confidential', ...important } as const
    await a.facts.set('k', 'hunter2', { tags: ['tag of hunter2'], ...secret })
    await a.observations.log({ value: 'hunter2', ...secret })
    const ref = await a.objects.put('hunter2', secret)
    await settle(a, b)
    expect([await b.facts.get('k'), await b.objects.get(ref)]).toEqual(['hunter2', 'hunter2'])
    await using link: BusLink = await bus.open('default', 'eve')
    const { messages } = await link.read('', 100)
    expect(messages.filter(({ text }) => /"body":"~k1/.test(text))).toHaveLength(3)
    for (const { text } of messages) {
      expect(text).not.toMatch(/hunter2/)
      expect(text).not.toContain(Buffer.from('hunter2').toString('base64').slice(0, 8))
    }
  })

  it('makes a node without the key wait, which resumes once it has the key', async () => {
    const warnings = listenForWarnings()
    const bus = inProcessBus()
    const store = mapStore()
    const a = await openNode('a', bus, { encryption })
    let early = await openNode('b', bus, { store })
    await a.facts.set('before', 1, important)
    await settle(a, early)
    await early.memory.close()
    await a.facts.set('between', 1, important)
    await a.facts.set('secret', 2, { sensitivity: 'confidential', ...important })
    await a.facts.set('after', 3, important)
    await a.memory.exchange()
    early = await openNode('b', bus, { store })
    await expect(early.memory.exchange()).rejects.toMatchObject({ code: 'SKEIN_KEY_MISSING' })
    expect(early.memory.federation).toMatchObject({ lastError: { code: 'SKEIN_KEY_MISSING' }, isCaughtUp: false })
    expect([await early.facts.get('between'), await early.facts.get('after')]).toEqual([1, undefined])
    await expect.poll(() => warnings).toContainEqual(expect.stringContaining('Node "b" stops merging messages'))
    // It still publishes.
    await early.facts.set('mine', 4, important)
    await expect(early.memory.exchange()).rejects.toMatchObject({ code: 'SKEIN_KEY_MISSING' })
    await a.memory.exchange()
    expect(await a.facts.get('mine')).toBe(4)
    await early.memory.close()

    const late = await openNode('b', bus, { store, encryption })
    await settle(late)
    expect([await late.facts.get('secret'), await late.facts.get('after')]).toEqual([2, 3])
  })

  it('does not open in another envelope', async () => {
    const cuttable = cuttableBus()
    const a = await openNode('a', cuttable.bus, { encryption })
    await a.facts.set('k', 1, { sensitivity: 'confidential', ...important })
    await a.memory.exchange()
    await using link = await cuttable.bus.open('default', 'eve')
    const { messages } = await link.read('', 10)
    const message = messages.find(({ text }) => text.includes('facts/k'))
    const envelope = JSON.parse(message?.text ?? '') as Record<string, string>
    const changed = [{ from: 'x' }, { by: 'x' }, { to: 'b' }, { name: 'facts/other' }, { kind: 'record' }]
    for (const change of changed) await cuttable.say(JSON.stringify({ ...envelope, ...change }))
    const b = await openNode('b', cuttable.bus, { encryption })
    await settle(b)
    expect(b.memory.federation?.refused).toBe(changed.length)
    expect(await b.facts.get('k')).toBe(1)
  })

  it('of another space cannot be opened', async () => {
    const bus = inProcessBus()
    const a = await openNode('a', bus, { encryption })
    await a.facts.set('k', 1, { sensitivity: 'confidential', ...important })
    await a.memory.exchange()
    await using from = await bus.open('default', 'eve')
    const { messages } = await from.read('', 10)
    await using to = await bus.open('other', 'eve')
    await to.publish(messages.map(({ text }) => text))
    const b = await openNode('b', bus, { encryption, space: 'other' })
    await settle(b)
    expect(await b.facts.get('k')).toBeUndefined()
    // A node that announces its key says everything again.
    const facts = messages.filter(({ text }) => text.includes('"kind":"fact"'))
    expect(facts).not.toEqual([])
    expect(b.memory.federation?.refused).toBe(facts.length)
  })
})

describe('Options of a federation', () => {
  const bus = inProcessBus()
  const open = async (options: object): Promise<unknown> => {
    try {
      const memory = await openMemory({ store: mapStore(), architecture: 'federated', ...options })
      await memory.close()
      return 'opened'
    } catch (error) {
      return (error as { option?: string }).option
    }
  }

  it.each([
    [{}, 'federation'],
    [{ architecture: 'hybrid', federation: { node: 'a', bus } }, 'federation'],
    [{ architecture: undefined, federation: { node: 'a', bus } }, 'federation'],
    [{ federation: { node: '', bus } }, 'federation.node'],
    [{ federation: { node: 'a b', bus } }, 'federation.node'],
    [{ federation: { node: 'x'.repeat(65), bus } }, 'federation.node'],
    [{ federation: { node: 'a' } }, 'federation.bus'],
    [{ federation: { node: 'a', bus, share: { minImportance: 2 } } }, 'federation.share'],
    [{ federation: { node: 'a', bus, share: 'all' } }, 'federation.share'],
    [{ federation: { node: 'a', bus, maxObjectBytes: -1 } }, 'federation.maxObjectBytes'],
    [{ federation: { node: '__proto__', bus } }, 'opened'],
  ])('are checked: %j', async (options, outcome) => {
    expect(await open(options)).toBe(outcome)
  })

  it('are required by exchange()', async () => {
    await using memory = await openMemory({ store: mapStore() })
    expect(memory.federation).toBeUndefined()
    await expect(memory.exchange()).rejects.toMatchObject({ code: 'SKEIN_OPTION' })
  })
})
