import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { checkHistory, checkModel, claimModel, counterModel, openHistory, readHistory } from '@skein/memory/testing'
import { searchLinearization, staleAfter } from '@skein/memory/testing'
import type { ClaimOperation, CounterOperation, Model, Operation, ViolationKind } from '@skein/memory/testing'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'

import { randomNumbers, simulateHistory } from './simulate-history.ts'

/** An operation from `from` to `to`, or never answered. */
function op(
  process: string,
  type: Operation['type'],
  from: number,
  to: number | undefined,
  version?: number,
  more = {},
) {
  const answered = to === undefined ? {} : { endedAt: to, ok: true, version, value: `v${version}` }
  return { process, key: 'k', type, startedAt: from, ...answered, ...more } satisfies Operation
}

const kindsOf = (history: readonly Operation[], maxStaleNs?: number): ViolationKind[] =>
  checkHistory(history, maxStaleNs === undefined ? {} : { maxStaleNs }).map(({ kind }) => kind)

const simulations = fc.record({
  seed: fc.integer(),
  operations: fc.integer({ min: 1, max: 400 }),
  keys: fc.integer({ min: 1, max: 4 }),
  processes: fc.integer({ min: 1, max: 5 }),
  unanswered: fc.constantFrom(0, 0.1, 0.5),
  cached: fc.constantFrom(0, 0.3, 0.9),
  maxStaleNs: fc.constantFrom(0, 50, 1_000),
})

describe('a history is correct', () => {
  it('when it comes from a correct store, with unanswered operations and in any order', () => {
    fc.assert(
      fc.property(simulations, (simulation) => {
        const history = simulateHistory(simulation)
        const random = randomNumbers(simulation.seed)
        const shuffled = history.map((each) => ({ each, at: random() })).toSorted((a, b) => a.at - b.at)
        expect(checkHistory(history, { maxStaleNs: simulation.maxStaleNs })).toEqual([])
        expect(checkHistory(shuffled.map(({ each }) => each))).toEqual([])
      }),
      { numRuns: 300 },
    )
  })

  it.each<[string, readonly Operation[]]>([
    ['when nothing happened', []],
    [
      'when reads that overlap a write see it or miss it',
      [op('a', 'write', 1, 9, 1), op('b', 'read', 2, 8, 1), op('c', 'read', 2, 8, 0, { value: undefined })],
    ],
    [
      'when a write that was never answered takes effect late',
      [
        op('a', 'write', 1, undefined, undefined, { value: 'v1' }),
        op('b', 'read', 2, 3, 0, { value: undefined }),
        op('b', 'read', 4, 5, 1),
      ],
    ],
    [
      'when versions are left out',
      [op('a', 'write', 1, 2, 7), op('a', 'write', 3, 4, 1_000_000), op('b', 'read', 5, 6, 1_000_000)],
    ],
    [
      'when each version has a write of unknown outcome that started in time',
      [
        op('a', 'write', 1, undefined, undefined, { value: 'same' }),
        op('b', 'write', 2, 3, 1, { ok: false, value: 'mine' }),
        op('a', 'write', 5, undefined, undefined, { value: 'same' }),
        op('b', 'read', 6, 7, 2, { value: 'same' }),
      ],
    ],
    [
      'when values differ only in the order of their properties',
      [op('a', 'write', 1, 2, 1, { value: { x: 1, y: [2] } }), op('b', 'read', 3, 4, 1, { value: { y: [2], x: 1 } })],
    ],
    [
      'when a refused write reports the current version',
      [op('a', 'write', 1, 2, 1), op('b', 'write', 3, 4, 1, { ifVersion: 0, ok: false, value: 'mine' })],
    ],
    [
      'when a cached read misses what another process wrote',
      [op('a', 'write', 1, 2, 1), op('b', 'cached-read', 3, 4, 0, { value: undefined })],
    ],
    [
      'when times come from the real clock',
      [
        { ...op('a', 'write', 0, 0, 1), startedAt: 2n ** 60n, endedAt: 2n ** 60n + 500n },
        { ...op('b', 'read', 0, 0, 1), startedAt: 2n ** 60n + 1_000n, endedAt: 2n ** 60n + 1_001n },
      ],
    ],
  ])('%s', (_, history) => {
    expect(checkHistory(history)).toEqual([])
  })

  it('exactly when a search of all orders finds one', () => {
    let correct = 0
    let wrong = 0
    fc.assert(
      fc.property(smallHistories, (history) => {
        const known = new Set([0, ...history.flatMap((each) => (each.endedAt === undefined ? [] : knownOf(each)))])
        // No write can name a version that no operation saw.
        fc.pre(history.every(({ endedAt, ifVersion = 0 }) => endedAt !== undefined || known.has(ifVersion)))
        const { outcome } = searchLinearization(history, registerModel)
        expect(checkHistory(history).length === 0).toBe(outcome === 'linearizable')
        if (outcome === 'linearizable') correct += 1
        else wrong += 1
      }),
      { numRuns: 20_000 },
    )
    // Both outcomes must be common, or this test would show little.
    expect(Math.min(correct, wrong)).toBeGreaterThan(500)
  })
})

const write1 = op('a', 'write', 1, 2, 1)
const write2 = op('a', 'write', 3, 4, 2)

describe('a history is wrong', () => {
  it.each<[string, ViolationKind, readonly Operation[]]>([
    ['two writes make one version', 'version-made-twice', [op('a', 'write', 1, 4, 1), op('b', 'write', 2, 3, 1)]],
    [
      'a version that was seen is made again',
      'version-made-twice',
      [op('a', 'write', 1, 4, 1), op('b', 'read', 2, 3, 1), op('c', 'write', 5, 6, 1)],
    ],
    ['one version has two values', 'values-differ', [write1, op('b', 'read', 3, 4, 1, { value: 'other' })]],
    ['a version was seen that no write made', 'no-writer', [write1, op('b', 'read', 3, 4, 2)]],
    [
      'a version was seen that only a refused write can have made',
      'no-writer',
      [op('a', 'write', 1, 2, undefined, { ok: false, value: 'v1' }), op('b', 'read', 3, 4, 1)],
    ],
    [
      'the write of unknown outcome wrote something else',
      'no-writer',
      [op('a', 'write', 1, undefined, undefined, { value: 'else' }), op('b', 'read', 3, 4, 1)],
    ],
    [
      'the write of unknown outcome started too late',
      'no-writer',
      [op('b', 'read', 1, 2, 1), op('a', 'write', 3, undefined, undefined, { value: 'v1' })],
    ],
    [
      'one write of unknown outcome would have to make two versions',
      'no-writer',
      [
        op('a', 'write', 1, undefined, undefined, { value: 'same' }),
        op('b', 'read', 3, 4, 1, { value: 'same' }),
        op('b', 'read', 5, 6, 2, { value: 'same' }),
      ],
    ],
    [
      'the write of unknown outcome named another version to replace',
      'no-writer',
      [
        write1,
        write2,
        op('b', 'write', 5, undefined, undefined, { value: 'v3', ifVersion: 1 }),
        op('c', 'read', 6, 7, 3),
      ],
    ],
    [
      'a write replaced a version other than the one it named',
      'lost-update',
      [write1, op('b', 'write', 3, 6, 2, { ifVersion: 1 }), op('c', 'write', 4, 5, 3, { ifVersion: 1 })],
    ],
    [
      'a write that required absence made the second version',
      'lost-update',
      [write1, op('b', 'write', 3, 4, 2, { ifVersion: 0 })],
    ],
    [
      'a write replaced a newer version',
      'late-write',
      [op('b', 'write', 1, 9, 3), op('c', 'write', 1, 9, 2, { ifVersion: 3 })],
    ],
    ['a read misses a write that had ended', 'stale-read', [write1, write2, op('b', 'read', 5, 6, 1)]],
    [
      'a read misses what another read had seen',
      'stale-read',
      [write1, op('a', 'write', 3, 9, 2), op('b', 'read', 4, 5, 2), op('c', 'read', 6, 7, 1)],
    ],
    ['a read misses an existing value', 'stale-read', [write1, op('b', 'read', 3, 4, 0, { value: undefined })]],
    [
      'a refusal reports a version that was replaced before',
      'stale-read',
      [write1, write2, op('b', 'write', 5, 6, 1, { ok: false, value: 'mine' })],
    ],
    [
      'a write makes a lower version than one that had ended',
      'late-write',
      [op('a', 'write', 1, 2, 2), op('b', 'write', 3, 4, 1)],
    ],
    [
      'a version is seen before its write starts',
      'read-before-write',
      [op('b', 'read', 1, 2, 1), op('a', 'write', 3, 4, 1)],
    ],
    [
      'a cached read returns a version before its write starts',
      'read-before-write',
      [op('b', 'cached-read', 1, 2, 1), op('a', 'write', 3, 4, 1)],
    ],
    [
      'a cached read is older than a version that its process saw',
      'went-back',
      [write1, write2, op('b', 'read', 5, 6, 2), op('b', 'cached-read', 7, 8, 1)],
    ],
    [
      'a cached read is older than a version that its process wrote',
      'own-write-unseen',
      [write1, write2, op('a', 'cached-read', 5, 6, 1)],
    ],
  ])('when %s', (_, kind, history) => {
    expect(kindsOf(history)).toEqual([kind])
  })

  it('when a cached read misses a version known for longer than the bound', () => {
    const late = [write1, write2, op('b', 'cached-read', 15, 16, 1)]
    expect(kindsOf(late)).toEqual([])
    expect(kindsOf(late, 11)).toEqual([])
    expect(kindsOf(late, 10)).toEqual(['too-stale'])
  })

  it('when a cached read after all writes is not the newest version', () => {
    const history = [
      write1,
      write2,
      op('b', 'cached-read', 5, 6, 1),
      op('b', 'cached-read', 15, 16, 2),
      op('c', 'cached-read', 17, 18, 1),
      op('c', 'read', 19, 20, 2),
      { ...op('c', 'cached-read', 21, 22, 0), key: 'never written' },
    ]
    expect(staleAfter(history, 10)).toMatchObject([{ kind: 'stale-at-rest', operations: [write2, { process: 'c' }] }])
    expect(staleAfter(history, 17)).toEqual([])
  })

  it('and the violation describes the contradicting operations in a sentence', () => {
    const read = op('b', 'read', 1_500_004, 2_000_000, 1)
    expect(checkHistory([write1, write2, read])).toEqual([
      {
        kind: 'stale-read',
        key: 'k',
        operations: [write2, read],
        sentence: `"k": b's read of version 1 began 1.500 ms after a's write of version 2 had ended.`,
      },
    ])
  })

  it('even if a single fault is hidden in a long correct one', () => {
    const history = simulateHistory({ seed: 7, operations: 30_000, keys: 40, processes: 6, maxStaleNs: 400 })
    expect(kindsOf(history, 400)).toEqual([])
    for (const [kind, plant] of Object.entries(plants)) expect(kindsOf(plant(history), 400)).toEqual([kind])
  })

  it.each([
    ['a read without a version', op('a', 'read', 1, 2, undefined)],
    ['a write of version 0', op('a', 'write', 1, 2, 0)],
    ['an end before the start', op('a', 'read', 2, 1, 0)],
  ])('and refused with an error if it has %s', (_, operation) => {
    expect(() => checkHistory([operation])).toThrow(expect.objectContaining({ code: 'SKEIN_OPTION' }))
  })
})

it('a million operations are checked', () => {
  const history = simulateHistory({ seed: 1, operations: 1_000_000, keys: 300, processes: 8 })
  expect(checkHistory(history)).toEqual([])
  const [read, ...others] = history.toReversed().filter(({ type, version = 0 }) => type === 'read' && version > 1)
  expect(kindsOf([...history, { ...read, version: 1, value: undefined } as Operation])).toEqual(['stale-read'])
  expect(others.length).toBeGreaterThan(100_000)
})

describe('a search', () => {
  const add = (process: string, from: number, to: number | undefined, result?: number): CounterOperation => {
    return { process, key: 'n', type: 'add', by: 1, startedAt: from, endedAt: to, result }
  }
  const sum = (from: number, to: number, result: number): CounterOperation => {
    return { process: 'r', key: 'n', type: 'read', startedAt: from, endedAt: to, result }
  }

  it('finds and returns an order of calls on a counter', () => {
    const history = [add('a', 1, 9, 2), add('b', 2, 8, 1), sum(3, 4, 1)]
    const { outcome, order } = searchLinearization(history, counterModel)
    expect([outcome, order.map(({ process }) => process)]).toEqual(['linearizable', ['b', 'r', 'a']])
  })

  it('finds lost additions, and the calls that are stuck', () => {
    const history = [
      add('a', 1, 2, 1),
      add('b', 3, 4, 2),
      { ...add('c', 5, 6, 2), key: 'n' },
      { ...add('d', 1, 2, 1), key: 'm' },
    ]
    expect(checkModel(history, counterModel)).toMatchObject([
      { kind: 'not-linearizable', key: 'n', operations: [{ process: 'c' }] },
    ])
  })

  it('allows an unanswered call to take effect at any time after its start, or never', () => {
    const lost = add('a', 1, undefined)
    for (const result of [0, 1]) expect(checkModel([lost, sum(2, 3, result), sum(4, 5, 1)], counterModel)).toEqual([])
    expect(checkModel([lost, sum(2, 3, 1), sum(4, 5, 0)], counterModel)).toHaveLength(1)
    expect(checkModel([sum(1, 2, 1), { ...lost, startedAt: 3 }], counterModel)).toHaveLength(1)
  })

  it('checks 500 calls of many processes on one counter, correct or not', () => {
    const random = randomNumbers(3)
    const free = Array.from({ length: 12 }, () => 0)
    let total = 0
    const history: CounterOperation[] = []
    for (let now = 20; history.length < 500; now += 10) {
      const process = Math.floor(random() * free.length)
      const from = free[process] as number
      if (from >= now) continue
      const to = now + 1 + Math.floor(random() * 200)
      free[process] = to + 1
      const isLost = random() < 0.02
      total += 1
      history.push(add(`p${process}`, from, isLost ? undefined : to, isLost ? undefined : total))
    }
    expect(checkModel(history, counterModel)).toEqual([])
    const wrong = history.map((each, index) => (index === 400 ? { ...each, result: (each.result ?? 0) - 250 } : each))
    expect(checkModel(wrong, counterModel).map(({ kind }) => kind)).toEqual(['not-linearizable'])
  })

  it('reports "undecided" when it reaches its limit', () => {
    const history = Array.from({ length: 30 }, (_, index) => ({
      ...add(`p${index}`, 1, 100, undefined),
      by: 2 ** index,
    }))
    const wrong = [...history, sum(101, 102, 0)]
    expect(checkModel(wrong, counterModel, { maxSituations: 10_000 }).map(({ kind }) => kind)).toEqual(['undecided'])
  })
})

describe('claims', () => {
  const ms = 1_000_000
  const claim = (type: ClaimOperation['type'], from: number, to: number | undefined, more: object): ClaimOperation => {
    const endedAt = to === undefined ? undefined : to * ms
    return { process: 'p', key: 't', type, startedAt: from * ms, endedAt, leaseMs: 100, ...more }
  }
  const model = claimModel({ clockErrorMs: 1 })
  const refused = { ok: false }

  it.each<[string, readonly ClaimOperation[]]>([
    [
      'one takes it, another is refused, the first writes and releases it, the other takes it',
      [
        claim('take', 0, 1, { fence: 1 }),
        claim('take', 2, 3, refused),
        claim('write', 3, 4, { fence: 1 }),
        claim('release', 4, 5, { fence: 1 }),
        claim('take', 6, 7, { fence: 3 }),
        claim('write', 8, 9, { fence: 1, ...refused }),
      ],
    ],
    [
      'it is taken over when the lease has ended',
      [
        claim('take', 0, 1, { fence: 1 }),
        claim('take', 105, 106, { fence: 2 }),
        claim('write', 107, 108, { fence: 1, ...refused }),
        claim('extend', 107, 108, { fence: 1, ...refused }),
        claim('release', 109, 110, { fence: 1 }),
        claim('write', 111, 112, { fence: 2 }),
      ],
    ],
    [
      'an extension keeps it',
      [
        claim('take', 0, 1, { fence: 1 }),
        claim('extend', 90, 91, { fence: 1 }),
        claim('take', 150, 151, refused),
        claim('write', 185, 186, { fence: 1 }),
        claim('take', 195, 196, { fence: 2 }),
      ],
    ],
    [
      'an unanswered take may have succeeded',
      [claim('take', 0, undefined, {}), claim('take', 50, 51, refused), claim('take', 160, 161, { fence: 2 })],
    ],
    [
      'an unanswered take may have had no effect',
      [claim('take', 0, undefined, {}), claim('take', 50, 51, { fence: 1 }), claim('write', 52, 53, { fence: 1 })],
    ],
    [
      'an unanswered release may have freed it or not',
      [
        claim('take', 0, 1, { fence: 1 }),
        claim('release', 2, undefined, { fence: 1 }),
        claim('take', 3, 4, refused),
        claim('take', 5, 6, { fence: 3 }),
      ],
    ],
  ])('are correct when %s', (_, history) => {
    expect(checkModel(history, model)).toEqual([])
  })

  it.each<[string, readonly ClaimOperation[]]>([
    ['two hold it at once', [claim('take', 0, 1, { fence: 1 }), claim('take', 2, 3, { fence: 2 })]],
    [
      'a fence is given twice',
      [claim('take', 0, 1, { fence: 1 }), claim('release', 2, 3, { fence: 1 }), claim('take', 4, 5, { fence: 1 })],
    ],
    [
      'a fence decreases',
      [claim('take', 0, 1, { fence: 5 }), claim('release', 2, 3, { fence: 5 }), claim('take', 4, 5, { fence: 4 })],
    ],
    [
      'a late write under an old fence gets through',
      [
        claim('take', 0, 1, { fence: 1 }),
        claim('take', 150, 151, { fence: 2 }),
        claim('write', 152, 153, { fence: 1 }),
      ],
    ],
    [
      'a write gets through after the lease has ended',
      [claim('take', 0, 1, { fence: 1 }), claim('write', 150, 151, { fence: 1 })],
    ],
    ['the holder is refused', [claim('take', 0, 1, { fence: 1 }), claim('write', 2, 3, { fence: 1, ...refused })]],
    [
      'a take of a free task is refused',
      [claim('take', 0, 1, { fence: 1 }), claim('release', 2, 3, { fence: 1 }), claim('take', 4, 5, refused)],
    ],
    [
      'a lost claim is extended',
      [claim('take', 0, 1, { fence: 1 }), claim('release', 2, 3, { fence: 1 }), claim('extend', 4, 5, { fence: 1 })],
    ],
    [
      'a write succeeds after the holder was refused',
      [
        claim('take', 0, 1, { fence: 1 }),
        claim('write', 100, 101, { fence: 1, ...refused }),
        claim('write', 101.5, 101.6, { fence: 1 }),
      ],
    ],
  ])('are violated when %s', (_, history) => {
    expect(checkModel(history, model).map(({ kind }) => kind)).toEqual(['not-linearizable'])
  })

  it('with keptAlive never end by themselves', () => {
    const history = [claim('take', 0, 1, { fence: 1 }), claim('write', 500, 501, { fence: 1 })]
    expect(checkModel(history, model)).toHaveLength(1)
    expect(checkModel(history, claimModel({ keptAlive: true }))).toEqual([])
    const takenOver = [...history, claim('take', 502, 503, { fence: 2 }), claim('write', 504, 505, { fence: 1 })]
    expect(checkModel(takenOver, claimModel({ keptAlive: true }))).toHaveLength(1)
  })
})

describe('a history file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'skein-history-'))
  afterAll(() => rmSync(folder, { recursive: true }))
  let files = 0
  const fresh = (): string => join(folder, `${(files += 1)}.jsonl`)

  it('returns each call with its times, sorted by start, from many files', () => {
    const [mine, theirs] = [fresh(), fresh()]
    using first = openHistory(mine)
    using second = openHistory(theirs)
    const write = first.invoke({ process: 'a', key: 'k', type: 'write', value: { text: 'ü\n' }, ifVersion: 0 })
    const read = second.invoke({ process: 'b', key: 'k', type: 'read' })
    write.complete({ ok: true, version: 1 })
    read.complete({ ok: true, version: 1, value: { text: 'ü\n' } })
    const history = readHistory(theirs, mine)
    expect(history).toMatchObject([
      { process: 'a', type: 'write', ifVersion: 0, version: 1, ok: true },
      { process: 'b', type: 'read', value: { text: 'ü\n' } },
    ])
    for (const { startedAt, endedAt } of history) expect(endedAt).toBeGreaterThanOrEqual(startedAt as never)
    expect(checkHistory(history)).toEqual([])
  })

  it('logs a call before it is made, and keeps it if it never completes', () => {
    const path = fresh()
    using log = openHistory(path)
    log.invoke({ process: 'a', key: 'k', type: 'write', value: 1 })
    expect(readHistory(path)).toEqual([
      { process: 'a', key: 'k', type: 'write', value: 1, startedAt: expect.any(BigInt) },
    ])
    expect(readFileSync(path, 'utf8').trimEnd().split('\n')).toHaveLength(1)
  })

  it('is readable after its process was killed in the middle of a line and another continued', () => {
    const path = fresh()
    {
      using log = openHistory(path)
      log.invoke({ process: 'a', key: 'k', type: 'write', value: 1 }).complete({ ok: true, version: 1 })
    }
    const whole = readFileSync(path)
    for (let length = 0; length < whole.length; length += 1) {
      writeFileSync(path, whole.subarray(0, length))
      expect(readHistory(path).length).toBeLessThanOrEqual(1)
      using log = openHistory(path)
      log.invoke({ process: 'b', key: 'k', type: 'read' }).complete({ ok: true, version: 1, value: 1 })
      const history = readHistory(path)
      expect(history.at(-1)).toMatchObject({ process: 'b', version: 1 })
      // Either the rest of the write explains the read, or nothing of the write is left.
      expect(checkHistory(history)).toHaveLength(history.length === 2 ? 0 : 1)
    }
  })

  it('that is corrupt elsewhere is refused', () => {
    const path = fresh()
    appendFileSync(path, '{"call":"x-1","star\n{"call":"x-2"}\n')
    expect(() => readHistory(path)).toThrow(SyntaxError)
  })

  it('accepts calls on any object', () => {
    const path = fresh()
    using log = openHistory<CounterOperation>(path)
    log.invoke({ process: 'a', key: 'n', type: 'add', by: 2 }).complete({ result: 2 })
    log.invoke({ process: 'a', key: 'n', type: 'read' }).complete({ result: 1 })
    expect(checkModel(readHistory<CounterOperation>(path), counterModel)).toHaveLength(1)
  })
})

/** The versions that an answered operation knew. */
function knownOf({ version, ok, ifVersion }: Operation): number[] {
  return [version, ok === false ? undefined : ifVersion].filter((each) => each !== undefined)
}

/**
 * A versioned register for the search. A write of unknown outcome made some higher
 * version; the next operation shows which one.
 */
interface RegisterState {
  readonly version: number
  readonly isLeast: boolean
  readonly value: unknown
}

const registerModel: Model<RegisterState, Operation> = {
  initial: { version: 0, isLeast: false, value: undefined },
  step: (state, { type, endedAt, version, value, ifVersion, ok }) => {
    const at = (number: number): RegisterState | undefined => {
      const fits = state.isLeast ? number >= state.version : number === state.version
      return fits ? { version: number, isLeast: false, value: state.value } : undefined
    }
    if (type === 'write' && ok !== false) {
      const before = ifVersion === undefined ? state : at(ifVersion)
      if (before === undefined) return undefined
      if (endedAt === undefined) return { version: before.version + 1, isLeast: true, value }
      return (version as number) > before.version ? { version: version as number, isLeast: false, value } : undefined
    }
    if (endedAt === undefined || version === undefined) return state
    const found = at(version)
    const hasValue = type === 'read' && version > 0 && value !== undefined
    return hasValue && found?.value !== value ? undefined : found
  },
}

/** Up to seven operations on one key: random ones, or correct ones with some changes. */
const smallHistories = fc.oneof(
  fc.array(
    fc
      .record({
        process: fc.constantFrom('a', 'b', 'c'),
        isWrite: fc.boolean(),
        startedAt: fc.integer({ min: 0, max: 12 }),
        took: fc.option(fc.integer({ min: 1, max: 8 }), { nil: undefined, freq: 4 }),
        version: fc.integer({ min: 0, max: 4 }),
        value: fc.constantFrom('x', 'y'),
        ifVersion: fc.option(fc.integer({ min: 0, max: 3 }), { nil: undefined }),
        isRefused: fc.integer({ min: 0, max: 5 }).map((dice) => dice === 0),
      })
      .map(({ process, isWrite, startedAt, took, version, value, ifVersion, isRefused }): Operation => {
        const about = { process, key: 'k', startedAt }
        if (!isWrite) {
          const endedAt = startedAt + (took ?? 1)
          return { ...about, type: 'read', endedAt, version, value: version === 0 ? undefined : value, ok: true }
        }
        const write = { ...about, type: 'write', value, ifVersion } as const
        if (took === undefined) return write
        const endedAt = startedAt + took
        return isRefused
          ? { ...write, endedAt, version, ok: false }
          : { ...write, endedAt, version: version + 1, ok: true }
      }),
    { minLength: 1, maxLength: 7 },
  ),
  fc
    .record({
      seed: fc.integer(),
      unanswered: fc.constantFrom(0, 0.3, 0.6),
      changes: fc.array(
        fc.record({ at: fc.nat(), version: fc.integer({ min: -1, max: 1 }), later: fc.integer({ min: -60, max: 60 }) }),
        { maxLength: 2 },
      ),
    })
    .map(({ seed, unanswered, changes }) => {
      const history = simulateHistory({ seed, unanswered, operations: 8, keys: 1, cached: 0, processes: 2 })
      for (const { at, version, later } of changes) {
        const index = at % history.length
        const old = history[index] as Operation
        const least = old.type === 'write' && old.ok === true ? 1 : 0
        history[index] = {
          ...old,
          startedAt: Number(old.startedAt) + later,
          ...(old.endedAt !== undefined && {
            endedAt: Number(old.endedAt) + later,
            version: Math.max(least, (old.version ?? 0) + version),
          }),
        }
      }
      return history
    }),
)

/** A moment at which no operation on the key runs, and the newest version by then. */
interface Calm {
  readonly newest: Operation
  readonly before: Operation
  readonly history: Operation[]
  /** The n-th of ten moments before the next operation. */
  at(n: number): number
}

/** Finds one in the middle, for a version that `suits`, whose write and the one before are known. */
function findCalm(history: readonly Operation[], suits: (calm: Calm) => boolean = () => true): Calm {
  for (const operations of Map.groupBy(history, ({ key }) => key).values()) {
    const inOrder = operations.toSorted((a, b) => Number(a.startedAt) - Number(b.startedAt))
    let lastEnd = 0
    let version = 0
    for (const [index, operation] of inOrder.entries()) {
      const from = lastEnd
      const gap = Number(operation.startedAt) - from
      const isMade = ({ type, ok }: Operation): boolean => type === 'write' && ok === true
      const writeOf = (number: number): Operation | undefined =>
        inOrder.slice(0, index).find((each) => isMade(each) && each.version === number)
      if (index > inOrder.length / 3 && gap > 0) {
        const [newest, before] = [writeOf(version), writeOf(version - 1)]
        const calm = newest &&
          before && { newest, before, history: [...history], at: (n: number) => from + (gap * n) / 10 }
        if (calm && suits(calm)) return calm
      }
      lastEnd = Math.max(lastEnd, Number(operation.endedAt ?? 0))
      version = Math.max(version, operation.version ?? 0)
    }
  }
  throw new Error('There is no such moment.')
}

/** Adds one fault to a correct history. */
const plants: Record<
  Exclude<ViolationKind, 'stale-at-rest' | 'not-linearizable' | 'undecided'>,
  (history: Operation[]) => Operation[]
> = {
  'version-made-twice': (correct) => {
    const { history, newest, at } = findCalm(correct)
    return [...history, { ...newest, process: 'planted', ifVersion: undefined, startedAt: at(1), endedAt: at(2) }]
  },
  'values-differ': (correct) => {
    const { history, newest, at } = findCalm(correct)
    const { key, version } = newest
    const read = { process: 'planted', key, type: 'read', startedAt: at(1), endedAt: at(2), version, ok: true } as const
    return [...history, { ...read, value: { by: 'nobody' } }]
  },
  'no-writer': (correct) => {
    // No other write has this value.
    const { history, newest } = findCalm(correct, (calm) => typeof calm.newest.value === 'object')
    return history.filter((each) => each !== newest)
  },
  'lost-update': (correct) => {
    const { history, newest } = findCalm(correct, (calm) => (calm.newest.ifVersion ?? 0) > 1)
    const older = { ...newest, ifVersion: (newest.ifVersion as number) - 1 }
    return history.map((each) => (each === newest ? older : each))
  },
  'stale-read': (correct) => {
    const { history, before, at } = findCalm(correct)
    return [...history, { ...before, process: 'planted', type: 'read', startedAt: at(1), endedAt: at(2) }]
  },
  'late-write': (correct) => {
    const { history, before, at } = findCalm(correct)
    return history.map((each) => (each === before ? { ...before, startedAt: at(1), endedAt: at(2) } : each))
  },
  'read-before-write': (correct) => {
    const seen = ({ history, newest }: Calm): boolean =>
      history.some(({ type, key, version, ok, endedAt = Number.POSITIVE_INFINITY }) => {
        return (
          type === 'read' &&
          key === newest.key &&
          version === newest.version &&
          ok === true &&
          endedAt < newest.startedAt
        )
      })
    const { history, newest, at } = findCalm(correct, (calm) => !seen(calm))
    const read = { ...newest, process: 'planted', type: 'read', startedAt: at(1), endedAt: at(2) } as const
    return [...history.filter((each) => each !== newest), read, { ...newest, startedAt: at(3), endedAt: at(4) }]
  },
  'went-back': (correct) => {
    const { history, newest, before, at } = findCalm(correct)
    const read = { ...newest, process: 'planted', type: 'read', startedAt: at(1), endedAt: at(2) } as const
    const again = { ...before, process: 'planted', type: 'cached-read', startedAt: at(3), endedAt: at(4) } as const
    return [...history, read, again]
  },
  'own-write-unseen': (correct) => {
    const { history, newest, before, at } = findCalm(correct)
    const { process } = newest
    return [...history, { ...before, process, type: 'cached-read', startedAt: at(1), endedAt: at(2) }]
  },
  'too-stale': (correct) => {
    const { history, before, at } = findCalm(correct, (calm) => Number(calm.newest.endedAt) < calm.at(1) - 400)
    return [...history, { ...before, process: 'planted', type: 'cached-read', startedAt: at(1), endedAt: at(2) }]
  },
}
