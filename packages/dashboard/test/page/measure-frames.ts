/**
 * Measures how evenly the flock map is drawn under load, in a real browser:
 * 200 agents, 3,000 objects, 2,000 events a second. Prints numbers and asserts
 * nothing; run it on an idle machine.
 *
 *     node packages/dashboard/test/page/measure-frames.ts [seconds] [view]
 *
 * @module
 */

import { ensurePage } from '../../page/build.ts'
import { missing, startChromium } from './chromium.ts'
import { FixtureFlock } from './fixture/fixture-flock.ts'
import { FixtureServer } from './fixture/fixture-server.ts'

const eventsPerSecond = 2_000
const tickMs = 20

if (missing !== undefined) throw new Error(missing)
const seconds = Number(process.argv[2] ?? 10)
const view = process.argv[3] ?? 'map'
await ensurePage()
await using server = await new FixtureServer().start()
const flock = new FixtureFlock({ seed: 1, agents: 200, tasks: 8, objects: 3_000 })
const start = Date.now() - 20_000
server.emit(flock.spawn(start))
// Until the number of objects reaches its limit.
for (let at = start; server.scene.totals.written < 3_000; at += 15) server.emit(flock.step(at, 20))

const browser = await startChromium()
try {
  const page = await browser.newPage({ viewport: { width: 1_280, height: 800 } })
  await page.addInitScript(`
    window.frameTimes = []
    let before = 0
    const measure = (at) => {
      if (before > 0) window.frameTimes.push(at - before)
      before = at
      requestAnimationFrame(measure)
    }
    requestAnimationFrame(measure)
  `)
  let sent = Date.now()
  const timer = setInterval(() => {
    const now = Date.now()
    // As many as are due, even if the timer is late.
    server.emit(flock.step(now, Math.round(((now - sent) * eventsPerSecond) / 1_000)))
    sent = now
  }, tickMs)
  await page.goto(`${server.url}#/${view}`)
  await page.waitForTimeout(4_000)
  // Processor time does not depend on the load of the machine.
  const session = await page.context().newCDPSession(page)
  await session.send('Performance.enable', { timeDomain: 'threadTicks' })
  const cpuSeconds = async (): Promise<number> => {
    const { metrics } = await session.send('Performance.getMetrics')
    return metrics.find(({ name }) => name === 'TaskDuration')?.value ?? 0
  }
  const cpuBefore = await cpuSeconds()
  const from = server.events.length
  await page.evaluate('window.frameTimes.length = 0')
  await page.waitForTimeout(seconds * 1_000)
  const times = (await page.evaluate<number[]>('window.frameTimes')).toSorted((a, b) => a - b)
  const cpuMs = (((await cpuSeconds()) - cpuBefore) * 1_000) / times.length
  const count = server.events.length - from
  clearInterval(timer)
  const at = (share: number): string => `${(times[Math.floor(times.length * share)] ?? 0).toFixed(1)} ms`
  const records = [...server.scene.records.values()].filter(({ deletedAt }) => deletedAt === undefined).length
  console.log(`view ${view}: 200 agents, ${records} objects, ${Math.round(count / seconds)} events/s for ${seconds} s`)
  console.log(
    `frames: ${(times.length / seconds).toFixed(1)}/s, p50 ${at(0.5)}, p95 ${at(0.95)}, p99 ${at(0.99)}, longest ${at(0.9999)}`,
  )
  console.log(`processor time of the page's main thread: ${cpuMs.toFixed(1)} ms a frame`)
} finally {
  await browser.close()
}
