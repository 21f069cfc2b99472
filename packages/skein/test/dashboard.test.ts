import { join } from 'node:path'
import { once } from 'node:events'
import type { ChildProcess } from 'node:child_process'

import type { InboxItem, Metrics, RecordRows, Session } from '@skein/dashboard'
import { openMemory } from '@skein/memory'
import { sqliteStore } from '@skein/sqlite'
import { expect, it } from 'vitest'

import { OpenAIServer } from '../../openai/test/openai-server.ts'
import { expectClearError } from './expect-clear-error.ts'
import { folderWith, story } from './sample-files.ts'
import { skein, startSkein } from './run-skein.ts'

/** Waits for the first match in the output of a process. @throws when it ends before. */
async function outputOf(child: ChildProcess, name: 'stdout' | 'stderr', pattern: RegExp): Promise<string> {
  let text = ''
  for (;;) {
    const match = pattern.exec(text)
    if (match) return match[0]
    const [piece] = (await Promise.race([
      once(child[name] as NodeJS.ReadableStream, 'data'),
      once(child, 'close'),
    ])) as [unknown]
    if (typeof piece !== 'string') throw new Error(`It ended before it printed ${String(pattern)}: ${text}`)
    text += piece
  }
}

/** Requests that a page with the link may make. */
function pageOf(link: string) {
  const { origin, hash } = new URL(link)
  const authorization = `Bearer ${hash.replace('#token=', '')}`
  return {
    get: async <Answer>(path: string): Promise<Answer> => {
      const response = await fetch(`${origin}${path}`, { headers: { authorization } })
      expect(response.status).toBe(200)
      return (await response.json()) as Answer
    },
    post: (path: string, body: unknown) =>
      fetch(`${origin}${path}`, {
        method: 'POST',
        headers: { authorization, origin, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      }),
  }
}

const link = /http:\/\/127\.0\.0\.1:\d+\/#token=[\w-]{43}/

it('skein dashboard shows an existing memory until interrupted, and lets a person answer', async () => {
  const folder = folderWith({})
  const path = join(folder, 'x.db')
  await using memory = await openMemory({ store: sqliteStore(path) })
  const ann = memory.as({ id: 'ann', role: 'sales' })
  const { id } = await ann.escalations.open({ task: 't1', reason: 'Above my limit.', question: 'Grant 20 %?' })
  const answered = ann.escalations.answered(id)

  const { child, ended } = startSkein(['dashboard', '--store', 'x.db', '--allow-answers', '--as', 'eve'], folder)
  const page = pageOf(await outputOf(child, 'stdout', link))
  expect(await page.get<Session>('/api/session')).toMatchObject({
    principal: { id: 'eve', role: 'person', level: 'public' },
    space: 'default',
    store: 'x.db',
    mayAnswer: true,
    isLive: false,
  })
  expect(await page.get<InboxItem[]>('/api/inbox')).toMatchObject([{ id, state: 'open', question: 'Grant 20 %?' }])
  expect((await page.post(`/api/inbox/${id}`, { do: 'answer', answer: '{"granted":true}' })).status).toBe(200)
  expect(await answered).toMatchObject({ state: 'answered', answer: { granted: true } })

  child.kill('SIGINT')
  expect(await ended).toMatchObject({ code: 0, signal: null })
})

it('skein run --dashboard shows a run, and stays when it has ended', async () => {
  const folder = folderWith({ 'a.txt': story })
  const { child, ended } = startSkein(['run', 'a.txt', '--json', '--dashboard', '--store', 'x.db'], folder)
  const reported = outputOf(child, 'stdout', /\n/)
  const page = pageOf(await outputOf(child, 'stderr', link))
  await reported
  expect(await page.get<Session>('/api/session')).toMatchObject({ isLive: true, mayAnswer: false })
  const { rows } = await page.get<RecordRows>('/api/records?collection=objects')
  expect(rows.length).toBeGreaterThan(0)
  child.kill('SIGINT')
  const { code, stdout, stderr } = await ended
  expect({ code, lines: stdout.trim().split('\n').length }).toEqual({ code: 0, lines: 1 })
  expect(JSON.parse(stdout)).toHaveProperty('summary')
  expect(stderr).toContain('stays until you press Ctrl-C')
})

it('skein run --dashboard shows the used part of budgets', async () => {
  await using server = await OpenAIServer.start()
  const folder = folderWith({ 'a.txt': story })
  const model = ['--model', 'openai:gpt-test', '--base-url', server.url, '--budget-tokens', '1000000']
  const { child, ended } = startSkein(['run', 'a.txt', ...model, '--json', '--dashboard', '--store', 'x.db'], folder)
  const reported = outputOf(child, 'stdout', /\n/)
  const page = pageOf(await outputOf(child, 'stderr', link))
  await reported
  const { budgets } = await page.get<Metrics>('/api/metrics')
  expect(budgets).toEqual([
    { id: expect.stringMatching(/^run\//), measure: 'tokens', spent: expect.any(Number), limit: 1_000_000 },
  ])
  expect(budgets[0]?.spent).toBeGreaterThan(0)
  child.kill('SIGINT')
  expect(await ended).toMatchObject({ code: 0 })
})

it('skein dashboard refuses in one clear sentence what it cannot show', async () => {
  const folder = folderWith({ 'a.txt': story })
  expectClearError(await skein(['dashboard', '--store', 'none.db'], folder), 1, /none\.db does not exist/)
  await skein(['run', 'a.txt', '--store', 'x.db'], folder)
  expectClearError(
    await skein(['dashboard', '--store', 'x.db', '--space', 'other'], folder),
    1,
    /x\.db has no space "other"\. Name one of these with --space: default\./,
  )
  expectClearError(await skein(['run', 'a.txt', '--isolated', '--dashboard'], folder), 2, /--dashboard/)
  expectClearError(await skein(['dashboard', '--port', '99999'], folder), 2, /an integer from 0 to 65,535/)
})
