import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { openMemory } from '@skein/memory'
import { sqliteStore } from '@skein/sqlite'
import { expect, it, onTestFinished } from 'vitest'

import { OpenAIServer } from '../../openai/test/openai-server.ts'
import type { MemoryAnswer } from '../src/asking/answer-from-memory.ts'
import { expectClearError } from './expect-clear-error.ts'
import { skein } from './run-skein.ts'
import { folderWith, temporaryFolder } from './sample-files.ts'

const harbor = `# The harbor

The harbor of Larne was opened in 1864 by the engineer Ada Quill. Its lighthouse stands 31 meters above the sea.
Every morning two ferries leave for the islands of the north.
`
const mill = `# The mill

The old mill grinds barley and oats for the whole valley. Water from the river drives its four wooden wheels.
The miller Tom Weir has kept it running since the flood of 1987.
`

interface Output {
  readonly answers: readonly MemoryAnswer[]
  readonly unanswered: readonly string[]
  readonly holds: { readonly files: readonly string[] }
}

/** A folder whose memory holds two files of two runs, and what agents noted. */
async function knowing(): Promise<string> {
  const folder = folderWith({ 'harbor.md': harbor, 'mill.md': mill })
  for (const file of ['harbor.md', 'mill.md']) {
    expect(await skein(['run', file, '--json', '--threads', '1'], folder)).toMatchObject({ code: 0 })
  }
  await using memory = await openMemory({ store: sqliteStore(join(folder, '.skein/memory.db')) })
  const ann = memory.as({ id: 'ann', role: 'sales' })
  await ann.facts.set('customer/acme/discount', { percent: 15 })
  await ann.observations.log({ task: 'deal/7', value: 'Acme pays its invoices late.' })
  const fay = memory.as({ id: 'fay', role: 'finance', clearance: { level: 'confidential' } })
  await fay.observations.log({ value: 'Globex will be bought in March.', sensitivity: 'confidential' })
  return folder
}

async function answersOf(folder: string, ...args: string[]): Promise<Output> {
  const { code, stdout, stderr } = await skein(['ask', ...args, '--json'], folder)
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  return JSON.parse(stdout) as Output
}

it('answers from all earlier runs and from records, each sentence with its place', async () => {
  const folder = await knowing()
  // Another process uses the memory meanwhile.
  await using other = await openMemory({ store: sqliteStore(join(folder, '.skein/memory.db')) })
  await other.as({ id: 'bob', role: 'crew' }).facts.set('busy', true)
  const questions = ['Who opened the harbor?', 'What does the mill grind?', 'What discount has Acme?', 'Who pays late?']
  const { answers } = await answersOf(folder, ...questions)
  const [opened, grinds, discount, late] = answers.map(({ sentences }) => sentences[0])
  const text = 'The harbor of Larne was opened in 1864 by the engineer Ada Quill.'
  const start = harbor.indexOf(text)
  expect(opened).toEqual({ text, citations: [{ source: 'harbor.md', start, end: start + text.length, state: 'same' }] })
  expect(grinds?.text).toContain('barley and oats')
  expect(discount).toMatchObject({
    text: 'customer/acme/discount: percent: 15',
    citations: [{ collection: 'facts', id: 'customer/acme/discount', author: 'ann' }],
  })
  expect(late).toMatchObject({ citations: [{ collection: 'observations', author: 'ann', task: 'deal/7' }] })

  const shown = await skein(['ask', questions[0] as string, 'Who won the football world cup?'], folder)
  expect(shown).toMatchObject({ code: 0, stderr: '' })
  expect(shown.stdout).toContain(`  • ${text} [harbor.md:${start}-${start + text.length}]`)
  expect(shown.stdout).toContain('Nothing was found that answers this. The memory holds 2 files (')

  const hidden = await answersOf(folder, 'When will Globex be bought?')
  expect(hidden.unanswered).toEqual(['When will Globex be bought?'])
  const cleared = await answersOf(folder, 'When will Globex be bought?', '--clearance', 'confidential')
  expect(cleared.answers[0]?.sentences[0]?.text).toBe('Globex will be bought in March.')
})

it('says when a file has changed or is gone, and reads what it says now once that was read', async () => {
  const folder = await knowing()
  writeFileSync(join(folder, 'harbor.md'), harbor.replace('1864', '1865'))
  rmSync(join(folder, 'mill.md'))
  const { stdout } = await skein(['ask', 'Who opened the harbor?', 'What does the mill grind?'], folder)
  expect(stdout).toMatch(/1864 .*harbor\.md:\d+-\d+, changed since\]/)
  expect(stdout).toMatch(/barley and oats .*mill\.md:\d+-\d+, gone\]/)
  await skein(['run', 'harbor.md', '--json', '--threads', '1'], folder)
  const { answers } = await answersOf(folder, 'Who opened the harbor?')
  expect(answers[0]?.sentences.map(({ text }) => text).filter((text) => /186\d/.test(text))).toEqual([
    'The harbor of Larne was opened in 1865 by the engineer Ada Quill.',
  ])
})

it('asks a model once for all', async () => {
  const server = await OpenAIServer.start()
  onTestFinished(() => server[Symbol.asyncDispose]())
  const folder = await knowing()
  const byModel = ['Who opened the harbor?', '--model', 'openai:m', '--base-url', server.url]
  const first = await answersOf(folder, ...byModel)
  expect(first.answers[0]?.sentences[0]?.citations[0]).toMatchObject({ source: 'harbor.md', state: 'same' })
  expect(server.reached).toHaveLength(1)
  expect(await answersOf(folder, ...byModel)).toEqual(first)
  expect(server.reached).toHaveLength(1)
})

it('says what is wrong where there is nothing to ask', async () => {
  const folder = temporaryFolder()
  expectClearError(await skein(['ask', 'Who?'], folder), 1, /no memory yet.*skein run/)
  const path = join(folder, 'empty.db')
  await using memory = await openMemory({ store: sqliteStore(path) })
  await memory.as({ id: 'ann', role: 'sales' }).claims.claim('a')
  expectClearError(await skein(['ask', 'Who?', '--store', path], folder), 1, /holds nothing to ask about/)
  expectClearError(await skein(['ask', ' ', '--store', path], folder), 2, /isn't blank/)
})
