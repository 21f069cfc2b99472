/**
 * Makes the pictures of the dashboard in the guide: each view of a sample run in
 * a real browser. With a folder as argument, it makes every view there instead,
 * wide and narrow, dark and light, to look through.
 *
 *     node scripts/dashboard-screenshots.ts [folder]
 *
 * @module
 */

import { mkdirSync } from 'node:fs'
import { join } from 'node:path'

import { ensurePage } from '../packages/dashboard/page/build.ts'
import { missing, startChromium } from '../packages/dashboard/test/page/chromium.ts'
import { FixtureServer } from '../packages/dashboard/test/page/fixture/fixture-server.ts'
import { sampleRun } from '../packages/dashboard/test/page/fixture/sample-run.ts'

interface Picture {
  readonly name: string
  readonly hash: string
  readonly colorScheme: 'dark' | 'light'
  readonly viewport: { readonly width: number; readonly height: number }
}

const wide = { width: 1_280, height: 800 }
const narrow = { width: 375, height: 740 }
const views = {
  runs: 'runs',
  run: 'runs/run-2',
  comparison: 'runs/run-2?with=run-1',
  map: 'map',
  timeline: 'timeline',
  traces: 'traces',
  trace: 'traces/trace-1/call',
  memory: 'memory/objects/answer',
  inbox: 'inbox/esc-1',
  metrics: 'metrics',
}
const ofGuide: readonly Picture[] = [
  { name: 'dashboard-runs', hash: views.run, colorScheme: 'light', viewport: wide },
  { name: 'dashboard-traces', hash: views.trace, colorScheme: 'light', viewport: wide },
  { name: 'dashboard-timeline', hash: views.timeline, colorScheme: 'light', viewport: wide },
  { name: 'dashboard-memory', hash: views.memory, colorScheme: 'light', viewport: wide },
  { name: 'dashboard-inbox', hash: views.inbox, colorScheme: 'dark', viewport: wide },
  { name: 'dashboard-metrics', hash: views.metrics, colorScheme: 'light', viewport: wide },
  { name: 'dashboard-narrow', hash: views.map, colorScheme: 'dark', viewport: narrow },
]
const all: readonly Picture[] = Object.entries(views).flatMap(([name, hash]) => [
  { name: `${name}-wide`, hash, colorScheme: 'light', viewport: wide } as const,
  { name: `${name}-narrow`, hash, colorScheme: 'dark', viewport: narrow } as const,
])
/** Until the flock has come together, in milliseconds. */
const settleMs = 4_000

if (missing !== undefined) throw new Error(missing)
const [target] = process.argv.slice(2)
const folder = target ?? join(import.meta.dirname, '..', 'docs', 'guide', 'images')
mkdirSync(folder, { recursive: true })
await ensurePage()
await using server = await new FixtureServer().start()
const flock = sampleRun(server, Date.now())
const timer = setInterval(() => server.emit(flock.step(Date.now(), 3)), 100)
const browser = await startChromium()
try {
  for (const { name, hash, colorScheme, viewport } of target === undefined ? ofGuide : all) {
    const page = await browser.newPage({ colorScheme, viewport })
    await page.goto(`${server.url}#/${hash}`)
    await page.waitForTimeout(settleMs)
    await page.screenshot({ path: join(folder, `${name}.png`) })
    await page.close()
  }
} finally {
  clearInterval(timer)
  await browser.close()
}
