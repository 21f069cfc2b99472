import { spawn } from 'node:child_process'
import { join } from 'node:path'

import { beforeAll, describe, expect, it } from 'vitest'

import { missing as missingBrowser } from '../packages/dashboard/test/page/chromium.ts'
import { missing as missingRedis } from '../packages/redis/test/redis-server.ts'
import { questions } from './src/questions.ts'
import type { Run } from './src/run.ts'

// Whether the benchmarks themselves are right: every contender of every question gives right answers, and every
// answer is complete. Times are not looked at.

/** Questions that need a browser. */
const inBrowser = new Set(['first-content', 'frames', 'frames-late'])

/** Questions that need a server. */
const onRedis = new Set([
  'hosted-agents',
  'invalidation',
  'invalidation-peers',
  'lost-updates-redis',
  'parts',
  'parts-memory',
  'redis-layers',
  'redis-layers-64',
  'parts-cpu',
  'parts-kept',
  'redis-read',
  'redis-write',
  'remember-redis',
  'remember-redis-4',
  'search-memory',
  'search-on-redis',
  'start',
  'stampede',
  'stampede-failing',
  'staleness',
])

interface Ended {
  readonly code: number | null
  readonly out: string
  readonly error: string
}

function bench(...args: readonly string[]): Promise<Ended> {
  const child = spawn(process.execPath, ['--expose-gc', join(import.meta.dirname, 'src/run.ts'), ...args])
  let [out, error] = ['', '']
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (error += text))
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) => resolve({ code, out, error }))
  })
}

describe('A quick run of all benchmarks', () => {
  let run: Run

  beforeAll(async () => {
    const { out, error } = await bench('--quick', '--json')
    if (!out.startsWith('{')) throw new Error(error)
    run = JSON.parse(out) as Run
  }, 600_000)

  it('says what it was measured on', () => {
    expect(run.quick).toBe(true)
    expect(run.machine).toMatchObject({ node: process.versions.node, versions: { xstate: expect.any(String) } })
    expect(run.machine.load).toBeGreaterThanOrEqual(0)
  })

  it('answers every question', () => {
    expect(run.answers.map(({ question }) => question)).toEqual(Object.keys(questions))
  })

  it.each(Object.keys(questions))('has right answers of everybody: %s', (name) => {
    const answer = run.answers.find(({ question }) => question === name)
    if (answer && 'missing' in answer) {
      // Left out by name, and only where what it needs is not there.
      const reason = onRedis.has(name) ? missingRedis : inBrowser.has(name) ? missingBrowser : undefined
      expect({ name, missing: answer.missing }).toEqual({ name, missing: reason })
      return
    }
    expect(answer).not.toHaveProperty('failed')
    if (!answer || !('measured' in answer)) throw new Error(`${name} was not answered.`)
    expect(answer.leftOut).toEqual([])
    expect(answer.measured.length).toBeGreaterThan(0)
    for (const { name: contender, median, least, quartiles } of answer.measured) {
      expect({ contender, figures: [median, least, ...quartiles].every(Number.isFinite) }).toEqual({
        contender,
        figures: true,
      })
    }
    // What is counted and not timed holds on a busy machine too; what is missed says why.
    expect(answer.ratios.filter(({ verdict, limit }) => verdict !== 'met' && limit === undefined)).toEqual([])
  })
})

describe('The runner', () => {
  it('lists the known questions when it gets an unknown one', async () => {
    const { code, error } = await bench('cached-raed')
    expect({ code, error }).toEqual({
      code: 2,
      error: expect.stringMatching(/cached-raed\. Known questions: cached-read, /),
    })
  })
})

it('says what it can be asked, and that --quick judges no time', async () => {
  const { code, out } = await bench('--help')
  expect(code).toBe(0)
  expect(out).toContain('this judges no time')
  for (const name of Object.keys(questions)) expect(out).toContain(name)
  const wrong = await bench('--nope')
  expect(wrong.code).toBe(2)
  expect(wrong.error).toMatch(/^Unknown option '--nope'[^]*See pnpm bench --help\.\n$/)
  const quick = await bench('cached-read', '--quick')
  expect(quick.error).toBe('This run checked answers. It judges no time.\n')
}, 60_000)
