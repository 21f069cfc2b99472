import { fork } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { serveDashboard } from '@skein/dashboard'
import type { StoreDriver } from '@skein/memory/store'
import { sqliteStore } from '@skein/sqlite'

import type { Asking, Question } from './question.ts'
import type { Seen } from './watched-process.ts'
import { openStudy } from './watched-workload.ts'
import type { StudyFlock } from './watched-workload.ts'
import { roundsPerMs } from './work.ts'

/** How long a part is thought about, in milliseconds of an idle processor. */
const thinkMs = 20

/** What a run takes while somebody looks on, against the same run at which nobody looks. */
export async function watched({ quick }: Asking): Promise<Question> {
  const folder = mkdtempSync(join(tmpdir(), 'skein-bench-'))
  const rounds = Math.round((quick ? 0.1 : thinkMs) * roundsPerMs())
  const size = quick ? { analysts: 4, parts: 3, rounds } : { analysts: 24, parts: 4, rounds }
  // A flush to the disk for each write would give watching all the time in the world.
  const store = (name: string): StoreDriver => sqliteStore({ path: join(folder, name), durability: 'relaxed' })
  const alone = await openStudy(store('alone.db'), size)
  const seen = await openStudy(store('seen.db'), size)
  const page = await lookOn(seen)
  return {
    name: 'watched',
    unit: `wall time of ${size.analysts} agents that study ${size.analysts / 2} tasks of ${size.parts} parts on two threads, ${thinkMs} ms of work each`,
    times: 1,
    budgetMs: 30_000,
    contenders: [
      { name: 'unwatched', tellsFigure: true, check: async () => void (await alone.run()), run: () => timed(alone) },
      {
        name: 'watched',
        tellsFigure: true,
        check: async () => page.until(await seen.run()),
        run: () => timed(seen, (ended) => page.until(ended)),
      },
    ],
    ratios: [{ of: 'watched', to: 'unwatched', most: 1.03 }],
    close: async () => {
      await page.close()
      await seen.close()
      await alone.close()
      rmSync(folder, { recursive: true })
    },
  }
}

/** The time of a run alone; what comes `after` it must not fall into anybody else's. */
async function timed(study: StudyFlock, after?: (ended: number) => Promise<void>): Promise<number> {
  const startedAt = process.hrtime.bigint()
  const ended = await study.run()
  const took = Number(process.hrtime.bigint() - startedAt)
  await after?.(ended)
  return took
}

interface Page {
  /** Resolves when the page has seen so many activities end. @throws when it has lost events. */
  until(ended: number): Promise<void>
  close(): Promise<void>
}

/** Serves a dashboard of it, and has another process look on, as a browser would. */
async function lookOn({ memory, flock }: StudyFlock): Promise<Page> {
  const principal = { id: 'ada', role: 'operator', rights: ['audit'] } as const
  const board = await serveDashboard({ memory, flock, principal })
  const child = fork(new URL('./watched-process.ts', import.meta.url), [board.url])
  let told = Promise.withResolvers<Seen>()
  child.on('message', (seen: Seen) => told.resolve(seen))
  child.once('exit', () => told.reject(new Error('The page has gone.')))
  await told.promise
  const ask = (): Promise<Seen> => {
    told = Promise.withResolvers()
    child.send('how far?')
    return told.promise
  }
  return {
    // Asked afterwards: while a run is timed nothing but the dashboard has to do with who looks on.
    until: async (ended) => {
      for (;;) {
        const seen = await ask()
        if (seen.hasLost) throw new Error('The page has lost events.')
        if (seen.ended >= ended) return
      }
    },
    close: async () => {
      child.removeAllListeners('exit')
      child.disconnect()
      await board.close()
    },
  }
}
