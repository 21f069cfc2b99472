import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'

import { ensurePage } from '../../packages/dashboard/page/build.ts'
import { missing, startChromium } from '../../packages/dashboard/test/page/chromium.ts'
import { filled } from './growth.ts'
import { MissingError } from './question.ts'
import type { Asking, Contender, Question } from './question.ts'

const mostMs = 1_000
/** What each view shows first of what it is for. */
const views = {
  runs: ['#/runs?', '.runs tbody tr'],
  memory: ['#/memory?', '.record-row'],
} as const

/** How long it takes until the dashboard shows something of a memory with a million changes in its feed. */
export async function firstContent({ quick, folder }: Asking): Promise<Question> {
  if (missing !== undefined) throw new MissingError(missing)
  await ensurePage()
  const count = quick ? 2_000 : 1_000_000
  await (await filled(folder, count)).memory.close()
  const path = join(folder, `observations-${count}.db`)
  const server = fork(new URL('./first-content-process.ts', import.meta.url), [path])
  const [url] = (await once(server, 'message')) as [string]
  const browser = await startChromium()
  const contenders = Object.entries(views).map(([name, [place, shown]]): Contender => {
    const open = async (): Promise<number> => {
      // Nothing is cached.
      const context = await browser.newContext({ viewport: { width: 1_280, height: 800 } })
      const page = await context.newPage()
      const startedAt = performance.now()
      await page.goto(url.replace('#', place))
      await page.locator(shown).first().waitFor()
      const took = performance.now() - startedAt
      await context.close()
      return took * 1e6
    }
    return { name, tellsFigure: true, check: async () => void (await open()), run: open }
  })
  return {
    name: 'first-content',
    unit: `until a browser shows the first of a view of the dashboard, with ${count.toLocaleString('en')} changes in the feed`,
    times: 1,
    rounds: 9,
    warmUps: 1,
    budgetMs: 60_000,
    contenders,
    ratios: contenders.map(({ name }) => ({ of: name, most: mostMs * 1e6 })),
    close: async () => {
      await browser.close()
      const gone = once(server, 'exit')
      server.disconnect()
      await gone
    },
  }
}
