import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { sqliteStore } from '@skein/sqlite'
import { describe, expect, it, onTestFinished } from 'vitest'

import { OpenAIServer } from '../../openai/test/openai-server.ts'
import type { ServerOptions } from '../../openai/test/openai-server.ts'
import type { ReportStats } from '../src/report/report.ts'
import { reportFile, reportText, temporaryFolder } from './sample-files.ts'
import { skein, startSkein } from './run-skein.ts'
import type { Ended } from './run-skein.ts'

const key = 'sk-secret-key-0123456789'
const env = { OPENAI_API_KEY: key }

interface Output {
  readonly summary: readonly {
    readonly text: string
    readonly citations: readonly { readonly start: number; readonly end: number }[]
  }[]
  readonly stats: Pick<ReportStats, 'used' | 'droppedSentences'>
}

async function startServer(options: ServerOptions = {}): Promise<OpenAIServer> {
  const server = await OpenAIServer.start({ key, ...options })
  onTestFinished(() => server[Symbol.asyncDispose]())
  return server
}

function commandFor(server: OpenAIServer, folder: string, ...more: readonly string[]): string[] {
  const store = join(folder, 'flock.db')
  return [
    'run',
    reportFile,
    '--threads',
    '2',
    '--store',
    store,
    '--model',
    'openai:gpt-test',
    '--base-url',
    server.url,
    '--api-key-env',
    'OPENAI_API_KEY',
    ...more,
  ]
}

function outputOf(ended: Ended): Output {
  expect(ended).toMatchObject({ code: 0, stderr: '' })
  return JSON.parse(ended.stdout) as Output
}

/** Ids of the finished answers in a store. */
async function answersIn(folder: string): Promise<Set<string>> {
  await using store = await sqliteStore(join(folder, 'flock.db')).open('default', 'reader')
  const { records } = await store.query({ collection: 'work', order: 'oldest', limit: 10_000 })
  const done = records.filter(({ id, value }) => id.includes(' model/') && value.includes('"state":"done"'))
  return new Set(done.map(({ id }) => id))
}

const repeated = (server: OpenAIServer): number =>
  [...server.counts().values()].reduce((sum, count) => sum + count - 1, 0)

describe('skein run with a model over HTTP', () => {
  it('summarizes a report with citations, asks nothing twice, and nothing at all the second time', async () => {
    const server = await startServer()
    const folder = temporaryFolder()
    const first = outputOf(await skein(commandFor(server, folder, '--json'), folder, env))
    expect(first.summary.length).toBeGreaterThanOrEqual(8)
    for (const { text, citations } of first.summary) {
      expect(citations.length).toBeGreaterThan(0)
      // This server quotes word for word; a language model would speak for itself.
      for (const { start, end } of citations) expect(reportText.slice(start, end)).toBe(text)
    }
    expect(first.stats).toMatchObject({ used: { calls: server.reached.length }, droppedSentences: 0 })
    expect(server.reached.length).toBeGreaterThan(100)
    expect(repeated(server)).toBe(0)

    const asked = server.reached.length
    const again = outputOf(await skein(commandFor(server, folder, '--json'), folder, env))
    expect(again.summary).toEqual(first.summary)
    expect(again.stats).toMatchObject({ used: { calls: 0, inputTokens: 0, outputTokens: 0 } })
    expect(server.reached).toHaveLength(asked)
  })

  it('in two processes at once asks each question once', async () => {
    const server = await startServer({ delayMs: 5 })
    const folder = temporaryFolder()
    const command = commandFor(server, folder, '--json', '--question', 'What was done about energy?')
    const [first, second] = (await Promise.all([skein(command, folder, env), skein(command, folder, env)])).map(
      outputOf,
    ) as [Output, Output]
    expect(first.summary).toEqual(second.summary)
    expect(repeated(server)).toBe(0)
    const made = first.stats.used.calls + second.stats.used.calls
    expect(made).toBe(server.reached.length)
    expect(Math.min(first.stats.used.calls, second.stats.used.calls)).toBeGreaterThan(0)
  })

  it('continues after kill -9 without asking again what was answered', async () => {
    const server = await startServer({ delayMs: 5 })
    const folder = temporaryFolder()
    const { child, ended } = startSkein(commandFor(server, folder), folder, env)
    await server.whenReached(40)
    child.kill('SIGKILL')
    expect(await ended).toMatchObject({ signal: 'SIGKILL' })
    const reached = server.reached.length
    const kept = await answersIn(folder)
    expect(kept.size).toBeGreaterThan(0)

    const resumed = outputOf(await skein(commandFor(server, folder, '--json'), folder, env))
    expect(resumed.summary.length).toBeGreaterThanOrEqual(8)
    // Only questions in flight, or answered but not yet stored, may come again, and only once.
    expect(repeated(server)).toBeLessThanOrEqual(reached - kept.size)
    expect(Math.max(...server.counts().values())).toBeLessThanOrEqual(2)
    const after = await answersIn(folder)
    for (const id of kept) expect(after).toContain(id)
    expect(after.size).toBe(server.counts().size)
  })

  it('stops at its budget, and continues with a larger one', async () => {
    const server = await startServer()
    const folder = temporaryFolder()
    const poor = await skein(commandFor(server, folder, '--budget-tokens', '20000'), folder, env)
    expect(poor).toMatchObject({ code: 1, stdout: '' })
    expect(poor.stderr).toContain('budget')
    const asked = server.reached.length
    expect(asked).toBeGreaterThan(0)
    const kept = await answersIn(folder)
    expect(kept.size).toBe(asked)

    const rich = outputOf(await skein(commandFor(server, folder, '--json', '--budget-tokens', '10000000'), folder, env))
    expect(rich.stats.used.calls).toBe(server.reached.length - asked)
    expect(repeated(server)).toBe(0)
  })

  it('writes neither key nor prompt into its files or output', async () => {
    const server = await startServer()
    server.fail({ kind: 'error', status: 401 }, { kind: 'error', status: 400 })
    const folder = temporaryFolder()
    const failed = await skein(commandFor(server, folder), folder, { ...env, SKEIN_DEBUG: '1' })
    expect(failed.code).toBe(1)
    expect(failed.stderr).toMatch(/openai@127\.0\.0\.1/)
    expect(failed.stderr + failed.stdout).not.toContain(key)
    expect(failed.stderr + failed.stdout).not.toContain('<data>')
    outputOf(await skein(commandFor(server, folder, '--json'), folder, env))
    const files = ['flock.db', 'flock.db-wal'].map((name) => read(join(folder, name)))
    expect(files.some((text) => text.includes(key) || text.includes('<data>'))).toBe(false)
    // Otherwise this test would prove nothing: the text of the report is in there.
    expect(files.some((text) => text.includes('hostages'))).toBe(true)
  })

  it('sends the key of OpenAI to no other server, unless told so', async () => {
    await using server = await OpenAIServer.start()
    const folder = temporaryFolder()
    writeFileSync(join(folder, 'a.txt'), 'Energy is saved in every home of the country today.')
    const command = ['run', 'a.txt', '--store', 'memory:', '--model', 'openai:m', '--base-url', server.url]
    const known = { ...env, OPENAI_ORG_ID: 'org-1', OPENAI_PROJECT_ID: 'proj-1', OTHER_KEY: 'other-key-123' }
    expect(await skein(command, folder, known)).toMatchObject({ code: 0 })
    expect(server.reached.map(({ headers }) => headers.authorization)).toContain(undefined)
    expect(JSON.stringify(server.reached)).not.toMatch(/sk-secret|org-1|proj-1/)
    await skein([...command, '--api-key-env', 'OTHER_KEY'], folder, known)
    expect(server.reached.at(-1)?.authorization).toBe('Bearer other-key-123')
    // A key in place of its name is not printed.
    const mistaken = await skein([...command, '--api-key-env', 'other-key-123'], folder, known)
    expect(mistaken.code).toBe(2)
    expect(mistaken.stderr).not.toContain('other-key-123')
  })

  it.each([
    [['--model', 'gpt-4o'], /--model/],
    [['--base-url', 'http://x/v1'], /--base-url/],
    [['--model', 'openai:gpt-4o', '--base-url', 'nonsense'], /baseURL/],
    [['--model', 'openai:gpt-4o', '--base-url', 'http://x/v1', '--api-key-env', 'NO_SUCH_KEY'], /--api-key-env/],
    [['--api-key-env', 'OPENAI_API_KEY'], /--api-key-env/],
    [['--budget-usd', '0'], /above 0/],
  ])('%j is misuse', async (flags, message) => {
    const folder = temporaryFolder()
    const ended = await skein(['run', reportFile, '--store', 'memory:', ...flags], folder, env)
    expect(ended.code).toBe(2)
    expect(ended.stderr).toMatch(message)
  })
})

function read(path: string): string {
  try {
    return readFileSync(path, 'latin1')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return ''
    throw error
  }
}
