import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

import { mapStore } from '@skein/memory'
import { openaiModel } from '@skein/openai'
import { describe, expect, it, onTestFinished } from 'vitest'

import { OpenAIServer } from '../../openai/test/openai-server.ts'
import { planReport, runReport } from '../src/index.ts'
import type { ReportPlan } from '../src/index.ts'
import { expectClearError } from './expect-clear-error.ts'
import { skein } from './run-skein.ts'
import { folderWith, reportFile, story } from './sample-files.ts'

async function startServer(): Promise<OpenAIServer> {
  const server = await OpenAIServer.start()
  onTestFinished(() => server[Symbol.asyncDispose]())
  return server
}

describe('skein run --dry-run', () => {
  it('shows each file and what the run will use, and does nothing', async () => {
    const server = await startServer()
    const folder = folderWith({ 'a.txt': story, 'b.md': `# One\n\n${story}\n# Two\n\n${story}` })
    const byModel = ['--model', 'openai:m', '--base-url', server.url]
    const shown = await skein(['run', 'a.txt', 'b.md', '-q', 'Who flew?', '--dry-run', ...byModel], folder)
    expect(shown).toMatchObject({ code: 0, stderr: '' })
    expect(shown.stdout).toMatch(/^FILE +PARTS +TOKENS\na\.txt +1 +\d+\nb\.md +2 +\d+\n/)
    expect(shown.stdout).toContain('Plan: 2 files in 3 parts, 1 question, with openai@')
    expect(shown.stdout).toMatch(
      /about \d+ model calls and [\d,]+ tokens \(\d+ to \d+ calls, [\d,]+ to [\d,]+ tokens\)/,
    )
    const { stdout } = await skein(['run', 'a.txt', '--dry-run', '--json', ...byModel], folder)
    expect(JSON.parse(stdout)).toMatchObject({
      files: [{ source: 'a.txt', parts: 1 }],
      parts: 1,
      questions: [],
      estimate: { calls: 1, least: { calls: 1 }, most: { calls: 1 } },
      ceiling: { calls: 500 },
    })
    expect(server.reached).toHaveLength(0)
    expect(readdirSync(folder).toSorted()).toEqual(['a.txt', 'b.md'])
  })

  it('names what is wrong as the run would', async () => {
    const folder = folderWith({ 'a.txt': story })
    expectClearError(await skein(['run', 'b.txt', '--dry-run'], folder), 1, /b\.txt/)
    expectClearError(await skein(['run', 'a.txt', '--dry-run', '--store', 'ftp://x'], folder), 2, /--store/)
    expect(existsSync(join(folder, '.skein'))).toBe(false)
  })
})

it('skein run says what it is about to do', async () => {
  const folder = folderWith({ 'a.txt': story })
  const { stderr } = await skein(['run', 'a.txt', '--store', 'memory:', '--threads', '1'], folder)
  expect(stderr).toContain('Plan: 1 file in 1 part, a summary; the built-in model costs nothing.')
})

describe('the spread of an estimate', () => {
  const plain = Array.from({ length: 400 }, (_, n) => `The geese of lake ${n} flew south over the hills.\n\n`).join('')
  const headed = Array.from({ length: 12 }, (_, n) => `# Lake ${n}\n\n${plain.slice(n * 900, n * 900 + 800)}\n\n`).join(
    '',
  )

  it.each([
    ['a summary of a report', [reportFile], {}, []],
    [
      'questions about a report',
      [reportFile],
      {},
      ['What was done about energy?', 'What about Iran?', 'Who is Sadat?'],
    ],
    ['questions without an answer', [], { 'a.txt': plain }, ['Who won the football cup?', 'What is a quark?']],
    ['headings', [], { 'a.md': headed }, ['Which geese flew south?']],
    ['several files', [], { 'a.md': headed, 'b.txt': plain }, []],
  ] as const)('holds what a run uses: %s', async (_, paths, files, questions) => {
    const server = await startServer()
    const folder = folderWith(files)
    const model = openaiModel({ model: 'm', baseURL: server.url })
    const options = { files: [...paths, ...Object.keys(files).map((name) => join(folder, name))], questions, model }
    let told: ReportPlan | undefined
    const { stats } = await runReport({ ...options, store: mapStore(), threads: 2, onPlan: (plan) => (told = plan) })
    expect(told).toEqual(await planReport(options))
    const { calls, tokens, least, most } = told?.estimate ?? expect.fail('no estimate')
    const used = { calls: stats.used.calls, tokens: stats.used.inputTokens + stats.used.outputTokens }
    for (const measure of ['calls', 'tokens'] as const) {
      expect(used[measure]).toBeGreaterThanOrEqual(least[measure])
      expect(used[measure]).toBeLessThanOrEqual(most[measure])
    }
    expect(calls).toBeLessThanOrEqual(most.calls)
    expect(tokens).toBeGreaterThan(least.tokens)
  })
})
