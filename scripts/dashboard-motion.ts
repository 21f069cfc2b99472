/**
 * Makes the pictures of the README: a real run of the demo's report on the map, at work and moving.
 *
 *     node scripts/dashboard-motion.ts
 *
 * @module
 */

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

import { ensurePage } from '../packages/dashboard/page/build.ts'
import { missing, startChromium } from '../packages/dashboard/test/page/chromium.ts'
import { animatedPng } from './animated-png.ts'

const root = join(import.meta.dirname, '..')
const images = join(root, 'docs', 'guide', 'images')
const report = join(root, 'examples', 'data', '1981_jimmy_carter_d.txt')
const questions = ['What is said about the hostages in Iran?', 'What was done for the environment?']

const frames = 18
const delayMs = 400
/** How much of the run has passed in the picture that stands still. */
const stillAt = 0.5
/** Until the flock has followed the replay, in milliseconds. */
const settleMs = 600

if (missing !== undefined) throw new Error(missing)
await ensurePage()
const folder = mkdtempSync(join(tmpdir(), 'skein-motion-'))
const cli = join(root, 'packages', 'skein', 'src', 'cli.ts')
const asked = questions.flatMap((question) => ['--question', question])
const run = spawn('node', [cli, 'run', report, ...asked, '--store', join(folder, 'run.db'), '--dashboard'], {
  stdio: ['ignore', 'ignore', 'pipe'],
})
const ended = once(run, 'exit')
try {
  const url = await whenOver()
  const browser = await startChromium()
  const open = async (width: number, height: number) => {
    const page = await browser.newPage({ colorScheme: 'dark', viewport: { width, height } })
    await page.goto(url.replace('#', '#/map?'))
    const slider = page.getByRole('slider', { name: 'Replay position' })
    // Then it has all events.
    await page.locator('.connection').getByText('live').waitFor()
    await page.getByText(/of \d+ agents/).waitFor()
    const events = Number(await slider.evaluate('(one) => one.max'))
    const show = async (share: number): Promise<Buffer> => {
      await slider.fill(String(Math.max(1, Math.round(share * events))))
      await slider.blur()
      await page.waitForTimeout(settleMs)
      return page.screenshot()
    }
    return { show, close: () => page.close() }
  }
  try {
    const small = await open(800, 500)
    const pictures: Buffer[] = []
    for (let frame = 0; frame < frames; frame += 1) pictures.push(await small.show((frame + 1) / frames))
    writeFileSync(join(images, 'dashboard-run.png'), animatedPng(pictures, delayMs))
    await small.close()
    const large = await open(1_280, 800)
    for (const share of [0.1, 0.3, stillAt]) writeFileSync(join(images, 'dashboard-map.png'), await large.show(share))
  } finally {
    await browser.close()
  }
} finally {
  run.kill('SIGINT')
  await ended
  rmSync(folder, { recursive: true, force: true })
}

/** The dashboard's link, when the run is over. */
async function whenOver(): Promise<string> {
  let url = ''
  for await (const line of createInterface({ input: run.stderr })) {
    url = /http:\/\/\S+#token=[\w-]+/.exec(line)?.[0] ?? url
    if (line.includes('The run has ended')) return url
  }
  throw new Error('The run ended without its dashboard.')
}
