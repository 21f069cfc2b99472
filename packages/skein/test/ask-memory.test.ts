import { mapStore, openMemory } from '@skein/memory'
import { openaiModel } from '@skein/openai'
import { askMemory, runReport } from 'skein'
import type { MemoryAnswers } from 'skein'
import { expect, it, onTestFinished } from 'vitest'

import { OpenAIServer } from '../../openai/test/openai-server.ts'
import { folderWith } from './sample-files.ts'

const harbor = 'The harbor of Larne was opened in 1864. Two ferries leave every morning.\n'

async function knowing() {
  const store = mapStore()
  await runReport({ files: [folderWith({ 'harbor.txt': harbor })], store, threads: 1 })
  const memory = await openMemory({ store })
  onTestFinished(() => memory.close())
  return memory
}

it('answers from files and records as far as the clearance covers them, each question once', async () => {
  const memory = await knowing()
  const [ann, fay] = [
    memory.as({ id: 'ann', role: 'sales' }),
    memory.as({ id: 'fay', role: 'finance', clearance: { level: 'confidential' } }),
  ]
  await fay.observations.log({ value: 'Globex will be bought in March.', sensitivity: 'confidential' })
  const questions = ['When was the harbor opened?', 'Who will be bought?', 'When was the harbor opened?']
  const asked = await askMemory(ann, questions)
  const { answers, holds } = asked
  expect(answers.map(({ question }) => question)).toEqual(questions.slice(0, 2))
  expect(answers[0]?.sentences[0]).toMatchObject({
    text: 'The harbor of Larne was opened in 1864.',
    citations: [{ start: 0, end: 39, state: 'same' }],
  })
  expect(answers[1]?.sentences).toEqual([])
  expect(holds.files).toHaveLength(1)
  const cleared = await askMemory(fay, questions)
  expect(cleared.answers[1]?.sentences[0]?.citations).toMatchObject([{ collection: 'observations', author: 'fay' }])
  const counted = ({ holds: of }: MemoryAnswers) => of.records.find(({ collection }) => collection === 'observations')
  expect(counted(cleared)?.count).toBe((counted(asked)?.count ?? 0) + 1)
})

it('asks a model once for all', async () => {
  const server = await OpenAIServer.start()
  onTestFinished(() => server[Symbol.asyncDispose]())
  const memory = await knowing()
  const model = openaiModel({ model: 'm', baseURL: server.url })
  const ask = (id: string) => askMemory(memory.as({ id, role: 'sales' }), ['When was the harbor opened?'], { model })
  expect((await ask('bob')).answers).toEqual((await ask('ann')).answers)
  expect(server.reached).toHaveLength(1)
})

it('of an empty memory has no answers, and wrong questions are refused', async () => {
  const memory = await openMemory({ store: mapStore() })
  onTestFinished(() => memory.close())
  const view = memory.as({ id: 'ann', role: 'sales' })
  expect(await askMemory(view, ['Why?'])).toEqual({
    answers: [{ question: 'Why?', sentences: [] }],
    holds: { files: [], records: [] },
  })
  for (const questions of [[], [' '], 'Why?', [7]]) {
    await expect(askMemory(view, questions as string[])).rejects.toMatchObject({ code: 'SKEIN_OPTION' })
  }
  const stopped = askMemory(view, ['Why?'], { signal: AbortSignal.abort(new Error('enough')) })
  await expect(stopped).rejects.toThrow('enough')
})
