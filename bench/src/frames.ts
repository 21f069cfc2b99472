import { fork } from 'node:child_process'
import { once } from 'node:events'

import { ensurePage } from '../../packages/dashboard/page/build.ts'
import { missing, startChromium } from '../../packages/dashboard/test/page/chromium.ts'
import { MissingError } from './question.ts'
import type { Asking, Contender, Kind, Question } from './question.ts'

/** How long frames are watched in a turn, in milliseconds. */
const watchedMs = 5_000
/** The page has drawn the whole map by then. */
const settledMs = 4_000
/** One of 60 frames a second takes 16.7 ms; the clock of frames is up to 0.3 ms off. */
const frameMs = 17
const nsPerMs = 1_000_000

/** What was seen in a turn. Times in milliseconds. */
interface Seen {
  /** Between two frames, the shortest first. */
  readonly frames: readonly number[]
  /** Processor time of the page's main thread, per frame. */
  readonly cpu: number
  /** Events that the page took in. */
  readonly events: number
  /** How long was watched. */
  readonly ms: number
}

/** The browser has no graphics processor: it draws in software, on the processors of the flock. */
const unit = 'of the map with 200 agents and 3,000 records, at 2,000 events a second, drawn in software'

/** How far apart the frames of the map are, and how much of that the page's own work takes. */
export function frames(asking: Asking): Promise<Question> {
  const at = (share: number) => (of: Seen) => of.frames[Math.floor(of.frames.length * share)] ?? Number.NaN
  return lookingAt(asking, {
    name: 'frames',
    unit: `time ${unit}`,
    kind: 'time',
    figures: {
      'between frames, median': (of) => at(0.5)(of) * nsPerMs,
      'between frames, p95': (of) => at(0.95)(of) * nsPerMs,
      'processor time of the page per frame': ({ cpu }) => cpu * nsPerMs,
    },
    ratios: [
      { of: 'between frames, p95', most: frameMs * nsPerMs },
      { of: 'processor time of the page per frame', most: frameMs * nsPerMs },
    ],
  })
}

/** How many frames of the map are late, in percent, beside the events that come. */
export function framesLate(asking: Asking): Promise<Question> {
  return lookingAt(asking, {
    name: 'frames-late',
    unit: `frames ${unit}`,
    kind: 'count',
    figures: {
      'frames over 17 ms, in percent': ({ frames: all }) =>
        (all.filter((ms) => ms > frameMs).length / all.length) * 100,
      'frames per second': ({ frames: all, ms }) => (all.length / ms) * 1_000,
      'events per second': ({ events, ms }) => (events / ms) * 1_000,
    },
    ratios: [],
  })
}

interface Figures extends Pick<Question, 'name' | 'unit' | 'ratios'> {
  readonly kind: Kind
  readonly figures: Readonly<Record<string, (seen: Seen) => number>>
}

async function lookingAt({ quick }: Asking, { figures, ...about }: Figures): Promise<Question> {
  if (missing !== undefined) throw new MissingError(missing)
  await ensurePage()
  const flock = fork(new URL('./frames-process.ts', import.meta.url))
  const [url] = (await once(flock, 'message')) as [string]
  const browser = await startChromium()
  const page = await openMap(browser, url)
  // All figures of a round are of the same frames.
  let seen: Promise<Seen> | undefined
  const told = new Set<string>()
  const seenBy = (name: string): Promise<Seen> => {
    if (seen === undefined || told.has(name)) {
      told.clear()
      seen = page.look(quick ? 500 : watchedMs)
    }
    told.add(name)
    return seen
  }
  return {
    ...about,
    times: 1,
    rounds: 5,
    warmUps: 0,
    budgetMs: 60_000,
    contenders: Object.entries(figures).map(([name, of]): Contender => ({
      name,
      tellsFigure: true,
      check: () => page.wait(quick ? 0 : settledMs),
      run: async () => of(await seenBy(name)),
    })),
    close: async () => {
      await browser.close()
      flock.disconnect()
    },
  }
}

interface MapPage {
  wait(ms: number): Promise<void>
  look(ms: number): Promise<Seen>
}

async function openMap(browser: Awaited<ReturnType<typeof startChromium>>, url: string): Promise<MapPage> {
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
  await page.goto(url.replace('#', '#/map?'))
  await page.getByText(/of 200 agents/).waitFor()
  const session = await page.context().newCDPSession(page)
  // Processor time depends less on what else the machine does.
  await session.send('Performance.enable', { timeDomain: 'threadTicks' })
  const cpuMs = async (): Promise<number> => {
    const { metrics } = await session.send('Performance.getMetrics')
    return (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? 0) * 1_000
  }
  /** How many events the page has taken in. */
  const eventCount = async (): Promise<number> => {
    const place = page.getByText(/[\d,]+ \/ [\d,]+ events/).first()
    return Number(/([\d,]+) events/.exec((await place.textContent()) ?? '')?.[1]?.replaceAll(',', ''))
  }
  return {
    wait: (ms) => page.waitForTimeout(ms),
    look: async (ms) => {
      const [cpuBefore, eventsBefore, startedAt] = [await cpuMs(), await eventCount(), performance.now()]
      await page.evaluate('window.frameTimes.length = 0')
      await page.waitForTimeout(ms)
      const times = (await page.evaluate<number[]>('window.frameTimes')).toSorted((one, other) => one - other)
      const [events, cpu] = [(await eventCount()) - eventsBefore, (await cpuMs()) - cpuBefore]
      if (events === 0) throw new Error('The page takes no events in.')
      return { frames: times, cpu: cpu / times.length, events, ms: performance.now() - startedAt }
    },
  }
}
