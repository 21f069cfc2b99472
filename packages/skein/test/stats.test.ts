import { expect, it } from 'vitest'

import { skein } from './run-skein.ts'
import { cleared, filesIn, folderForAll, openIn } from './sample-memory.ts'
import { useSampleMemory } from './use-sample-memory.ts'

const { sample, run, json } = useSampleMemory()

it('skein stats sums up records, work, people, agents and the store, and changes nothing', async () => {
  const before = filesIn(sample.folder)
  const { stdout } = await run('stats')
  const metrics = await json('stats')
  expect(stdout).toMatch(/^default in x\.db\n {2}records {2}facts 2, observations 2, .*work 1\n {2}feed {5}\d+ changes/)
  expect(stdout).toMatch(
    / {2}people {3}1 open, 0 taken\n {2}agents {3}none saved\n {2}store {4}for all processes of this/,
  )
  expect(stdout).toMatch(/\ngist +1 +\d+\.\d s +0 +100 +\$0\.2500 +1 +\d+\.\d s +0 +100 +\$0\.2500\n$/)
  expect(metrics).toMatchObject({
    traits: { durable: 'full', reach: 'host' },
    work: {
      kinds: { gist: { computed: 1, reused: 1, saved: { inputTokens: 100, usd: 0.25 } } },
      total: { computed: 1 },
    },
    escalations: { open: 1, taken: 0 },
    agents: {},
  })
  expect(await json('stats', ...cleared)).toMatchObject({ agents: { active: 1 }, escalations: { open: 2 } })
  expect(filesIn(sample.folder)).toEqual(before)
})

it('skein stats says what rules of retention removed, when last and why, to whoever may read the audit', async () => {
  const folder = folderForAll()
  const memory = await openIn(folder, { retention: [{ tag: 'old', keepMs: 1 }] })
  const ann = memory.as({ id: 'ann', role: 'sales' })
  await ann.facts.set('a', 1, { tags: ['old'] })
  await ann.facts.set('b', 1, { tags: ['old'] })
  const begun = ann.now()
  await expect.poll(() => ann.now()).toBeGreaterThan(begun + 1)
  await memory.sweep()
  await memory.close()
  const stats = async (...args: string[]): Promise<string> =>
    (await skein(['stats', '--store', 'x.db', ...args], folder, { COLUMNS: '150' })).stdout
  expect(await stats('--right', 'audit')).toMatch(/ {2}rules {4}2 records kept for 1 ms, last \d{4}-/)
  const { retention } = JSON.parse(await stats('--right', 'audit', '--json')) as { retention: unknown }
  expect(retention).toMatchObject({ rules: { 'kept for 1 ms': { records: 2 } }, isCut: false })
  expect(await stats()).not.toContain('rules')
})
