import { expect, it } from 'vitest'

import { mapStore, openMemory } from '../src/index.ts'
import { listRuns, noCost, recordRun } from '../src/runtime.ts'

const plan = { title: 'report.txt', questions: ['What was done?'], model: 'skein/extractive@3' }

it('lists runs while they work, and with their outcome when they have ended', async () => {
  await using memory = await openMemory({ store: mapStore() })
  const view = memory.as({ id: 'ann', role: 'analyst' })
  const run = await recordRun(view, plan)
  expect(await listRuns(view)).toEqual([
    { id: run.id, ...plan, state: 'running', startedAt: expect.any(Number), answers: [] },
  ])
  const answer = await view.objects.put('Much.')
  const answers = [{ question: 'What was done?', object: answer.id, isAnswered: true }]
  const outcome = { state: 'done', agents: 3, used: { ...noCost, calls: 2 }, saved: noCost, answers } as const
  await run.end(outcome)
  expect(await listRuns(view)).toMatchObject([{ id: run.id, ...plan, ...outcome, endedAt: expect.any(Number) }])
})

it('lists the newest runs first, up to a limit', async () => {
  await using memory = await openMemory({ store: mapStore() })
  const view = memory.as({ id: 'ann', role: 'analyst' })
  const ids: string[] = []
  for (let index = 0; index < 3; index += 1) {
    const run = await recordRun(view, { ...plan, title: `report ${index}` })
    await run.end({ state: 'failed', agents: 0, used: noCost, saved: noCost, answers: [], problem: 'It rained.' })
    ids.unshift(run.id)
  }
  const found = await listRuns(view, 2)
  expect(found.map(({ problem }) => problem)).toEqual(['It rained.', 'It rained.'])
  expect(ids).toEqual(expect.arrayContaining(found.map(({ id }) => id)))
  await expect(listRuns(view, 0)).rejects.toThrow('limit')
})

it('leaves out what is tagged like a run and is none, and what is above the clearance', async () => {
  await using memory = await openMemory({ store: mapStore() })
  const clearance = { level: 'confidential', compartments: [] } as const
  const ann = memory.as({ id: 'ann', role: 'analyst', clearance })
  await ann.objects.put({ run: 1 }, { tags: ['run'] })
  await ann.objects.put('A long run.', { tags: ['run'] })
  const secret = await ann.objects.put('Secret.', { sensitivity: 'confidential' })
  const run = await recordRun(ann, plan)
  const answers = [{ object: secret.id, isAnswered: true }]
  await run.end({ state: 'done', agents: 1, used: noCost, saved: noCost, answers })
  expect(await listRuns(ann)).toHaveLength(1)
  expect(await listRuns(memory.as({ id: 'bob', role: 'guest' }))).toHaveLength(1)
})
