import { join } from 'node:path'

import { openMemory } from '@skein/memory'
import { sqliteStore } from '@skein/sqlite'

import { percent } from '../../../page/ui/amounts.ts'
import { describeFigures } from './describe-figures.ts'
import type { EndedRun, Figure } from './describe-figures.ts'
import { sharedFigures } from './shared-figures.ts'
import { startDashboard } from './started-dashboard.ts'

/** A team whose process has ended: tasks that were claimed, once again too, and questions to people. */
async function start(folder: string): Promise<EndedRun> {
  const store = join(folder, 'team.db')
  await using memory = await openMemory({ store: sqliteStore(store) })
  const [ann, bob, eve] = ['ann', 'bob', 'eve'].map((id) => memory.as({ id, role: 'sales' }))
  if (!ann || !bob || !eve) throw new Error('All three are there.')
  for (const [who, tasks] of [
    [ann, ['acme', 'bolt', 'crux']],
    [bob, ['dyne', 'acme']],
  ] as const) {
    for (const task of tasks) {
      const claim = await who.claims.claim(task)
      if (!claim) throw new Error(`${task} is free.`)
      await who.observations.log({ task, value: `Somebody called ${task}.` })
      await claim.release()
    }
  }
  const asked = []
  for (const task of ['acme', 'crux', 'echo']) {
    asked.push(await bob.escalations.open({ task, reason: 'Above my limit.', question: `Grant ${task} 20 %?` }))
  }
  const [first, second] = asked
  if (first) await eve.escalations.answer(first.id, 'Yes.')
  if (second) await eve.escalations.take(second.id)
  return { store, ...(await startDashboard(['dashboard', '--store', store], folder)) }
}

const figures: readonly Figure<EndedRun>[] = [
  ...sharedFigures(() => true).filter(({ name }) => name !== 'reuses'),
  {
    view: 'inbox',
    name: 'states of the questions',
    command: 'skein inbox',
    shown: async ({ page }) => (await page.locator('.inbox-items .state').allTextContents()).toSorted(),
    told: ({ inbox }) => inbox.map(({ state }) => state).toSorted(),
  },
  {
    view: 'metrics',
    name: 'escalation rate',
    command: 'skein inbox and skein tail claims/',
    shown: (page) => page.card('escalation rate'),
    told: ({ inbox, tail }) => {
      const escalated = new Set(inbox.map(({ task }) => task))
      const claimed = tail.filter(({ collection, op }) => collection === 'claims' && op === 'delete')
      const all = new Set([...escalated, ...claimed.map(({ id }) => id)])
      return `${percent(escalated.size / all.size)}, of tasks were escalated to a person`
    },
  },
  {
    view: 'metrics',
    name: 'rework rate',
    command: 'skein tail claims/',
    shown: (page) => page.card('rework rate'),
    told: ({ tail }) => {
      const claims = tail.filter(({ collection, op }) => collection === 'claims' && op === 'set')
      const again = claims.length - new Set(claims.map(({ id }) => id)).size
      return `${percent(again / claims.length)}, of results and claims were repeated`
    },
  },
]

describeFigures('The page of a team that has ended', start, figures)
