import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import {
  compareEntries,
  compareStamps,
  isSameState,
  mergeStates,
  nextStamp,
  winnerOf,
} from '../src/federation/fact-state.ts'
import type { FactState } from '../src/federation/fact-state.ts'
import { localWrite, noReplica, shownEntries, takeState } from '../src/federation/fact-replica.ts'
import type { FactReplica } from '../src/federation/fact-replica.ts'

const nodes = ['a', 'b', 'c'] as const
const levels = ['public', 'internal', 'confidential'] as const

/**
 * The events of a network, in order: a node writes, or a node receives any of the
 * messages ever sent. So messages arrive in any order, late, repeatedly, or never.
 */
type Event =
  | { readonly type: 'write'; readonly node: number; readonly at: number; readonly level: number; readonly kind: Kind }
  | { readonly type: 'hear'; readonly node: number; readonly message: number }
type Kind = 'set' | 'delete' | 'private'

const event: fc.Arbitrary<Event> = fc.oneof(
  fc.record({
    type: fc.constant('write' as const),
    node: fc.nat(2),
    // Few distinct times: clocks agree, stand still and go back.
    at: fc.nat(3),
    level: fc.nat(2),
    kind: fc.constantFrom<Kind>('set', 'set', 'set', 'delete', 'private'),
  }),
  fc.record({ type: fc.constant('hear' as const), node: fc.nat(2), message: fc.nat(20) }),
)

interface Network {
  readonly held: FactReplica[]
  /** The states as nodes sent them after their writes. */
  readonly sent: FactState[]
}

function run(events: readonly Event[]): Network {
  const held: FactReplica[] = nodes.map(() => noReplica)
  const sent: FactState[] = []
  for (const [index, step] of events.entries()) {
    const before = held[step.node] as FactReplica
    if (step.type === 'hear') {
      const message = sent[step.message % Math.max(1, sent.length)]
      if (message) held[step.node] = takeState(before, message)
      continue
    }
    const meta = {
      author: 'x',
      tags: [],
      derivedFrom: [],
      sensitivity: levels[step.level] ?? 'public',
      compartments: [],
    }
    const value = step.kind === 'delete' ? null : `${index}`
    const after = localWrite(before, nodes[step.node] as string, { value, meta, at: step.at }, step.kind !== 'private')
    held[step.node] = after
    if (step.kind !== 'private') sent.push(after.state)
  }
  return { held, sent }
}

/** Delivers every message ever sent to all nodes, to each in its own order. */
function deliver({ held, sent }: Network, orders: readonly (readonly number[])[]): FactReplica[] {
  return held.map((one, node) => {
    const order = sent.map((message, index) => ({ message, rank: orders[node]?.[index % 8] ?? 0 }))
    return order.toSorted((a, b) => a.rank - b.rank).reduce((known, { message }) => takeState(known, message), one)
  })
}

const histories = fc.array(event, { minLength: 1, maxLength: 30 })
const orders = fc.array(fc.array(fc.nat(), { minLength: 8, maxLength: 8 }), { minLength: 3, maxLength: 3 })
/** States that can arise in a network, not arbitrary ones. */
const statesOf = (events: readonly Event[]): FactState[] => {
  const { held, sent } = run(events)
  return [...sent, ...held.map(({ state }) => state)]
}
const someStates = fc.tuple(histories, fc.nat(), fc.nat(), fc.nat()).map(([events, ...picks]) => {
  const all = statesOf(events)
  return picks.map((pick) => all[pick % all.length] as FactState) as [FactState, FactState, FactState]
})

describe('The merge of fact states', () => {
  it('is commutative', () => {
    fc.assert(
      fc.property(someStates, ([a, b]) => {
        expect(mergeStates(a, b)).toEqual(mergeStates(b, a))
      }),
    )
  })

  it('is associative', () => {
    fc.assert(
      fc.property(someStates, ([a, b, c]) => {
        expect(mergeStates(mergeStates(a, b), c)).toEqual(mergeStates(a, mergeStates(b, c)))
      }),
    )
  })

  it('is idempotent', () => {
    fc.assert(
      fc.property(someStates, ([a, b]) => {
        const once = mergeStates(a, b)
        expect(mergeStates(once, b)).toEqual(once)
        expect(isSameState(mergeStates(once, a), once)).toBe(true)
      }),
    )
  })

  it('leads all nodes to the same winner and conflicts, for any order and number of deliveries', () => {
    fc.assert(
      fc.property(histories, orders, (events, order) => {
        const [first, ...others] = deliver(run(events), order)
        for (const { state } of others) expect(state).toEqual(first?.state)
      }),
      { numRuns: 500 },
    )
  })

  it('keeps every write that no writer had seen', () => {
    // Nodes write but receive nothing: all writes of different nodes are concurrent.
    const deaf = histories.map((events) => events.filter((one) => one.type === 'write' && one.kind === 'set'))
    fc.assert(
      fc.property(deaf, orders, (events, order) => {
        const network = run(events)
        const [{ state } = noReplica] = deliver(network, order)
        const newest = network.held.flatMap((held) => winnerOf(held.state) ?? [])
        for (const entry of newest) expect(state.entries).toContainEqual(entry)
        expect(winnerOf(state)).toEqual(newest.toSorted(compareEntries)[0])
      }),
    )
  })
})

describe('A write of a fact', () => {
  it('is shown at once, whatever the state was', () => {
    fc.assert(
      fc.property(histories, fc.nat(3), fc.boolean(), (events, at, isShared) => {
        const meta = { author: 'me', tags: [], derivedFrom: [], sensitivity: 'public', compartments: [] } as const
        for (const held of run(events).held) {
          const [shown] = shownEntries(localWrite(held, 'a', { value: '"mine"', meta, at }, isShared))
          expect(shown?.value).toBe('"mine"')
        }
      }),
    )
  })

  it('replaces all entries if its label covers them', () => {
    fc.assert(
      fc.property(histories, (events) => {
        const meta = { author: 'me', tags: [], derivedFrom: [], sensitivity: 'confidential', compartments: [] } as const
        for (const held of run(events).held) {
          expect(shownEntries(localWrite(held, 'a', { value: '1', meta, at: 1 }, true))).toHaveLength(1)
        }
      }),
    )
  })

  it('that is not shared never appears in messages to other nodes', () => {
    fc.assert(
      fc.property(histories, (events) => {
        const hidden = events.flatMap((one, index) =>
          one.type === 'write' && one.kind === 'private' ? [`${index}`] : [],
        )
        const values = run(events).sent.flatMap(({ entries }) => entries.map(({ value }) => value))
        for (const value of hidden) expect(values).not.toContain(value)
      }),
    )
  })
})

describe('A hybrid logical clock', () => {
  it('continues from the latest stamp seen, or from the wall clock if that is ahead', () => {
    const stamp = fc.record({ ms: fc.nat(10), count: fc.nat(3) })
    fc.assert(
      fc.property(fc.nat(10), fc.array(stamp), (at, seen) => {
        const next = nextStamp(at, seen)
        for (const one of seen) expect(compareStamps(next, one)).toBeGreaterThan(0)
        expect(next.ms).toBe(Math.max(at, ...seen.map(({ ms }) => ms)))
      }),
    )
  })
})
