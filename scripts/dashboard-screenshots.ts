/**
 * Makes the pictures of the dashboard in the guide: each view of a sample run,
 * in a real browser, into `docs/guide/images/`.
 *
 *     node scripts/dashboard-screenshots.ts
 *
 * @module
 */

import { mkdirSync } from 'node:fs'
import { join } from 'node:path'

import { ensurePage } from '../packages/dashboard/page/build.ts'
import { missing, startChromium } from '../packages/dashboard/test/page/chromium.ts'
import { FixtureServer } from '../packages/dashboard/test/page/fixture/fixture-server.ts'
import { sampleRun } from '../packages/dashboard/test/page/fixture/sample-run.ts'

const folder = join(import.meta.dirname, '..', 'docs', 'guide', 'images')
const wide = { width: 1_280, height: 800 }
const narrow = { width: 375, height: 740 }
const pictures = [
  { name: 'map', hash: 'map', colorScheme: 'dark', viewport: wide },
  { name: 'timeline', hash: 'timeline', colorScheme: 'light', viewport: wide },
  { name: 'memory', hash: 'memory/objects/answer', colorScheme: 'light', viewport: wide },
  { name: 'inbox', hash: 'inbox/esc-1', colorScheme: 'dark', viewport: wide },
  { name: 'figures', hash: 'figures', colorScheme: 'light', viewport: wide },
  { name: 'narrow', hash: 'map', colorScheme: 'dark', viewport: narrow },
] as const
/** Until the flock has come together. */
const settleMs = 4_000

if (missing !== undefined) throw new Error(missing)
mkdirSync(folder, { recursive: true })
await ensurePage()
await using server = await new FixtureServer().start()
const flock = sampleRun(server, Date.now())
const timer = setInterval(() => server.emit(flock.step(Date.now(), 3)), 100)
const browser = await startChromium()
try {
  for (const { name, hash, colorScheme, viewport } of pictures) {
    const page = await browser.newPage({ colorScheme, viewport })
    await page.goto(`${server.url}#/${hash}`)
    await page.waitForTimeout(settleMs)
    await page.screenshot({ path: join(folder, `dashboard-${name}.png`) })
    await page.close()
  }
} finally {
  clearInterval(timer)
  await browser.close()
}
