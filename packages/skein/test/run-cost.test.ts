import { spawn, spawnSync } from 'node:child_process'
import { join } from 'node:path'

import { mapStore } from '@skein/memory'
import { openaiModel } from '@skein/openai'
import { describe, expect, it, onTestFinished } from 'vitest'

import { OpenAIServer } from '../../openai/test/openai-server.ts'
import { runReport } from '../src/index.ts'
import type { CostEstimate, ReportOptions } from '../src/index.ts'
import { cli, skein } from './run-skein.ts'
import { folderWith, reportFile } from './sample-files.ts'

async function startServer(): Promise<OpenAIServer> {
  const server = await OpenAIServer.start()
  onTestFinished(() => server[Symbol.asyncDispose]())
  return server
}

const sentence = (n: number): string => `The geese of lake number ${n} flew south over the hills. `
const plain = (chars: number): string => Array.from({ length: chars / 60 }, (_, n) => sentence(n)).join('\n\n')
/** Too much for a run without a budget: more than 500 parts. */
const huge = plain(4_500_000)

const flagsFor = ({ url }: OpenAIServer): string[] => ['--store', 'memory:', '--model', 'openai:m', '--base-url', url]

async function callsFor(
  files: Readonly<Record<string, string>>,
  options: Partial<ReportOptions> = {},
): Promise<number> {
  const server = await startServer()
  const folder = folderWith(files)
  const model = openaiModel({ model: 'm', baseURL: server.url })
  const paths = Object.keys(files).map((name) => join(folder, name))
  const { stats, summary } = await runReport({ files: paths, store: mapStore(), threads: 2, model, ...options })
  expect(summary.length).toBeGreaterThan(0)
  for (const { text, citations } of summary) {
    for (const { source, start, end } of citations) {
      expect(files[source.slice(folder.length + 1)]?.slice(start, end)).toBe(text)
    }
  }
  expect(stats.used.calls).toBe(server.reached.length)
  return server.reached.length
}

describe('a run over a model', () => {
  it.each([
    ['tiny headings', (n: number) => `# H${n}\n\n${sentence(n)}\n\n`],
    ['headings without text', (n: number) => (n % 4 === 0 ? `${sentence(n)}\n\n` : `# Heading of ${n}\n\n`)],
    ['a heading on each line', (n: number) => `# ${sentence(n)}\n`],
    ['headings of many ranks', (n: number) => `${'#'.repeat((n % 6) + 1)} H${n}\n${sentence(n)}\n`],
  ])('makes no more calls for %s than for plain text, or a few', async (_, line) => {
    const text = `${sentence(0)}\n\n${Array.from({ length: 600 }, (__, n) => line(n)).join('')}`
    const calls = await callsFor({ 'tiny.txt': text })
    expect(calls).toBeLessThanOrEqual(1.5 * (await callsFor({ 'plain.txt': plain(text.length) })))
  })

  it('makes no more calls for many files of one line than for one file, or a few', async () => {
    const files = Object.fromEntries(Array.from({ length: 2_000 }, (_, n) => [`${n}.txt`, sentence(n)]))
    const calls = await callsFor(files)
    expect(calls).toBeLessThanOrEqual(1.5 * (await callsFor({ 'one.txt': plain(2_000 * 60) })))
  })

  it.each([
    ['a report', [], reportFile],
    ['questions', ['What was done about energy?', 'What is said about Iran?'], reportFile],
  ])('says before it starts what it will about cost: %s', async (_, questions, file) => {
    const server = await startServer()
    let told: CostEstimate | undefined
    let before = Infinity
    const { stats } = await runReport({
      files: [file],
      questions,
      store: mapStore(),
      threads: 2,
      model: openaiModel({
        model: 'm',
        baseURL: server.url,
        prices: { m: { inputPerMillion: 1, outputPerMillion: 1 } },
      }),
      onEstimate: (estimate, ceiling) => {
        expect(ceiling).toEqual({ calls: 500, tokens: 1_000_000, usd: 5 })
        told = estimate
        before = server.reached.length
      },
    })
    expect(before).toBe(0)
    const { calls, tokens, usd } = told as CostEstimate
    expect(usd).toBeCloseTo(tokens / 1_000_000, 6)
    for (const [estimate, actual] of [
      [calls, stats.used.calls],
      [tokens, stats.used.inputTokens + stats.used.outputTokens],
    ] as const) {
      expect(estimate / actual).toBeGreaterThan(0.6)
      expect(estimate / actual).toBeLessThan(1.7)
    }
  })
})

describe('a program that exceeds its ceiling', () => {
  const run = async (options: Partial<ReportOptions>): Promise<{ error: unknown; reached: number }> => {
    const server = await startServer()
    const model = openaiModel({ model: 'm', baseURL: server.url })
    const given = { files: [reportFile], store: mapStore(), threads: 2, model, ...options }
    const error: unknown = await runReport(given).then(
      () => undefined,
      (thrown: unknown) => thrown,
    )
    return { error, reached: server.reached.length }
  }

  it('gets a typed error before anything is sent', async () => {
    const { error, reached } = await run({ ceiling: { calls: 10 } })
    expect(error).toMatchObject({ code: 'SKEIN_CEILING', ceiling: { calls: 10 } })
    expect(String(error)).toContain('10 model calls')
    expect(reached).toBe(0)
  })

  it('may agree to the estimate', async () => {
    const asked: CostEstimate[] = []
    const { error, reached } = await run({ ceiling: { calls: 10 }, mayExceed: (estimate) => asked.push(estimate) > 0 })
    expect(error).toBeUndefined()
    expect(asked).toHaveLength(1)
    expect(reached).toBeGreaterThan(10)
  })

  it.each([false, true])('is stopped at it where the estimate was too low (isolated: %j)', async (isolated) => {
    const server = await startServer()
    const usage = { prompt_tokens: 100_000, completion_tokens: 0, total_tokens: 100_000 }
    server.fail(...Array.from({ length: 5_000 }, () => ({ kind: 'usage', usage }) as const))
    const model = openaiModel({ model: 'm', baseURL: server.url })
    const questions = ['What was done about energy?', 'What is said about Iran?']
    const { error } = await run({ model, isolated, questions })
    expect(error).toMatchObject({
      cause: { code: 'SKEIN_BUDGET', measure: 'tokens', limit: isolated ? 500_000 : 1_000_000 },
    })
    // Ten calls use it up, five that of one isolated question. Those that run by then still end.
    expect(server.reached.length).toBeGreaterThanOrEqual(isolated ? 5 : 10)
    expect(server.reached.length).toBeLessThan(40)
  })

  it.each([{ calls: 0 }, { tokens: Number.NaN }, { usd: -1 }])('refuses the ceiling %j', async (ceiling) => {
    const { error, reached } = await run({ ceiling })
    expect(error).toMatchObject({ code: 'SKEIN_OPTION', option: `ceiling.${Object.keys(ceiling)[0]}` })
    expect(reached).toBe(0)
  })
})

describe('skein run without a budget', () => {
  it('says what it will about cost, and what it may', async () => {
    const server = await startServer()
    const folder = folderWith({ 'a.txt': plain(6_000) })
    const { code, stderr } = await skein(['run', 'a.txt', ...flagsFor(server)], folder)
    expect(code).toBe(0)
    expect(stderr).toMatch(/about \d+ model calls? and [\d,]+ tokens/)
    expect(stderr).toContain('500 model calls or 1,000,000 tokens')
  })

  it.each([[[]], [['--json']]])('stops before it spends too much, %j', async (more) => {
    const server = await startServer()
    const folder = folderWith({ 'huge.txt': huge })
    const ended = await skein(['run', 'huge.txt', ...flagsFor(server), ...more], folder)
    expect(ended).toMatchObject({ code: 3, stdout: '' })
    expect(ended.stderr).toContain('may use 500 model calls')
    expect(ended.stderr).toContain('--budget-calls')
    expect(server.reached).toHaveLength(0)
  })

  it('asks nothing of the built-in model, and nothing of a run with a budget', async () => {
    const server = await startServer()
    const folder = folderWith({ 'huge.txt': huge })
    const builtIn = await skein(['run', 'huge.txt', '--store', 'memory:', '--json'], folder)
    expect(builtIn).toMatchObject({ code: 0, stderr: '' })
    const few = await skein(['run', 'huge.txt', ...flagsFor(server), '--budget-calls', '3'], folder)
    expect(few.code).toBe(1)
    expect(few.stderr).toContain('--budget-calls')
    expect(server.reached).toHaveLength(3)
  })

  const script = spawnSync('script', ['--version']).status === 0
  it.runIf(script).each([
    ['y', 130],
    ['n', 3],
    ['', 3],
    ['\u0004', 3],
  ])('asks the person at the terminal, who answers %j', async (answer, expected) => {
    const server = await startServer()
    const folder = folderWith({ 'huge.txt': huge })
    const command = [process.execPath, cli, 'run', 'huge.txt', ...flagsFor(server)].map((word) => `'${word}'`).join(' ')
    const child = spawn('script', ['-qec', command, '/dev/null'], {
      cwd: folder,
      env: { ...process.env, NO_COLOR: '1' },
    })
    let seen = ''
    let isAnswered = false
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      seen += text
      if (isAnswered || !seen.includes('[y/N]')) return
      isAnswered = true
      expect(server.reached).toHaveLength(0)
      child.stdin.write(answer === '\u0004' ? answer : `${answer}\n`)
    })
    // Having agreed is enough: the run is interrupted when it begins to ask.
    if (expected === 130) void server.whenReached(1).then(() => child.stdin.write('\u0003'))
    const code = await new Promise((resolve) => child.on('close', resolve))
    expect(seen).toContain('[y/N]')
    expect(code).toBe(expected)
    expect(server.reached.length > 0).toBe(expected === 130)
  })
})
