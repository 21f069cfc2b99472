import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { filled } from './growth.ts'
import { startOfficial, startOurs } from './mcp-process.ts'
import type { McpProcess } from './mcp-process.ts'
import { counting, creating, entityOf, remembering } from './mcp-writing.ts'
import type { Writing } from './mcp-writing.ts'
import type { Asking, Contender, Question } from './question.ts'

const processes = 4

/** How many acknowledged writes are lost when four clients write at once, each with a server of its own. */
export async function mcpLost({ quick, folder }: Asking): Promise<Question> {
  const each = quick ? 20 : 100
  const total = processes * each
  let turn = 0
  const contender = (
    name: string,
    start: (file: string) => Promise<McpProcess | undefined>,
    { write, kept }: Writing,
  ): Contender => {
    const run = async (): Promise<number> => {
      const file = join(folder, `mcp-lost-${(turn += 1)}`)
      const started = await Promise.all(Array.from({ length: processes }, () => start(file)))
      const [first, ...others] = started.filter((server) => server !== undefined)
      if (!first) return 0
      const acknowledged = await Promise.all([first, ...others].map(write))
      const left = await kept(first)
      await Promise.all([first, ...others].map((server) => server.close()))
      return acknowledged.reduce((sum, count) => sum + count, 0) - left
    }
    // What the official server loses differs from turn to turn: whether it is right is the question.
    return { name, tellsFigure: true, check: () => {}, run }
  }
  const official = await startOfficial(join(folder, 'mcp-probe'))
  await official?.close()
  const ours = (...args: readonly string[]) => {
    return (file: string): Promise<McpProcess> => startOurs(`${file}.db`, ...args)
  }
  const names = ['ours: create_entities', 'ours: remember', 'ours: increments of a fact']
  const [asOfficial = '', remember = '', increments = ''] = names
  return {
    name: 'mcp-lost',
    unit: `records lost of ${total} acknowledged, or of ${total / 4} increments, from ${processes} clients at once`,
    kind: 'count',
    times: 1,
    rounds: quick ? 1 : 3,
    warmUps: 0,
    budgetMs: 120_000,
    contenders: [
      contender(asOfficial, ours('--compat', 'memory'), creating(each)),
      contender(remember, ours(), remembering(each)),
      contender(increments, ours(), counting(each / 4)),
      ...(official
        ? [contender('official memory server', (file) => startOfficial(`${file}.jsonl`), creating(each))]
        : []),
    ],
    ratios: names.map((of) => ({ of, most: 0 })),
  }
}

/** What a call costs a client over standard input and output, with many records. */
export async function mcpLatency({ quick, folder }: Asking): Promise<Question> {
  const count = quick ? 2_000 : 100_000
  const { memory } = await filled(folder, count)
  await memory.close()
  const ours = await startOurs(join(folder, `observations-${count}.db`))
  const file = join(folder, `mcp-${count}.jsonl`)
  const known = Array.from({ length: count }, (_, at) => JSON.stringify({ type: 'entity', ...entityOf(`known ${at}`) }))
  writeFileSync(file, known.join('\n'))
  const official = await startOfficial(file)
  let next = 0
  const calls = quick ? 5 : 200
  const remember = (): Promise<unknown> => ours.call('remember', { text: `w4801 note ${(next += 1)}`, task: 'bench' })
  const recall = (): Promise<unknown> => ours.call('recall', { query: 'w4801 w4807 w4813' })
  return {
    name: 'mcp-latency',
    unit: `one tool call at a time over stdio, among ${count.toLocaleString('en')} records`,
    times: 1,
    rounds: 15,
    budgetMs: 60_000,
    contenders: [
      latency('ours: remember', 0.5, calls, remember),
      latency('ours: remember, p99', 0.99, calls, remember),
      latency('ours: recall', 0.5, calls, recall),
      latency('ours: recall, p99', 0.99, calls, recall),
      ...(ours.usedNs
        ? [
            used('ours: remember, processor time', calls, remember, ours.usedNs),
            used('ours: recall, processor time', calls, recall, ours.usedNs),
          ]
        : []),
      ...(official
        ? [
            latency('official: create_entities', 0.5, quick ? 1 : 3, () =>
              official.call('create_entities', { entities: [entityOf(`new ${(next += 1)}`)] }),
            ),
            latency('official: search_nodes', 0.5, quick ? 1 : 3, () =>
              official.call('search_nodes', { query: 'known 7' }),
            ),
          ]
        : []),
    ],
    ratios: [
      { of: 'ours: remember', most: 3e6 },
      { of: 'ours: remember, p99', most: 15e6 },
      { of: 'ours: recall', most: 3e6 },
      { of: 'ours: recall, p99', most: 15e6 },
    ],
    close: async () => void (await Promise.all([ours.close(), official?.close()])),
  }
}

/** The time within which this share of the calls of a turn is answered. */
function latency(name: string, share: number, calls: number, call: () => Promise<unknown>): Contender {
  return {
    name,
    tellsFigure: true,
    check: async () => void (await call()),
    run: async () => {
      const times: number[] = []
      for (let at = 0; at < calls; at += 1) {
        const startedAt = process.hrtime.bigint()
        await call()
        times.push(Number(process.hrtime.bigint() - startedAt))
      }
      return times.toSorted((a, b) => a - b)[Math.min(calls - 1, Math.floor(share * calls))]
    },
  }
}

/** The processor time that the server needs for a call, whatever else the machine does. */
function used(name: string, calls: number, call: () => Promise<unknown>, usedNs: () => number): Contender {
  return {
    name,
    tellsFigure: true,
    check: async () => void (await call()),
    run: async () => {
      const before = usedNs()
      for (let at = 0; at < calls; at += 1) await call()
      return (usedNs() - before) / calls
    },
  }
}
