import { fork } from 'node:child_process'
import { join } from 'node:path'

import type { Asking } from './question.ts'
import type { Told } from './question-process.ts'
import type { Answer } from './runner.ts'

/** What became of a question. */
export type Outcome = Answered | { readonly question: string; readonly missing: string } | Failed
type Answered = Answer & { readonly leftOut: readonly string[]; readonly measuredAt: string }
type Failed = { readonly question: string; readonly failed: string }

/** Longest time that one turn may take, and getting ready: a store of a million records on a busy machine. */
const patience = { quick: { turn: 60_000, ready: 120_000 }, full: { turn: 120_000, ready: 600_000 } }

/**
 * Has a question answered in a process of its own. A contender that does not
 * end its turn is ended with that process, and the question asked again without it.
 */
export async function askApart(question: string, asking: Asking, leftOut: readonly string[] = []): Promise<Outcome> {
  const report = await once(question, asking, leftOut)
  if ('answer' in report) return { ...report.answer, leftOut, measuredAt: new Date().toISOString() }
  if ('missing' in report) return { question, missing: report.missing }
  if ('failed' in report) return { question, failed: report.failed }
  const isContender = !['getting ready', 'tidying up', ...leftOut].includes(report.turn)
  if (!isContender) return { question, failed: `did not end: ${report.turn}` }
  return askApart(question, asking, [...leftOut, report.turn])
}

/** Resolves to what the process told last: whose turn it was if that did not end. */
function once(question: string, { quick, folder }: Asking, leftOut: readonly string[]): Promise<Told> {
  const child = fork(
    join(import.meta.dirname, 'question-process.ts'),
    [question, quick ? 'quick' : 'full', folder, ...leftOut],
    // The leader of a group, so that what it started ends with it.
    {
      detached: true,
      // What it leaves when it is ended goes with the run.
      env: { ...process.env, TMPDIR: folder },
      execArgv: ['--expose-gc'],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      serialization: 'advanced',
    },
  )
  const end = (): void => {
    try {
      if (child.pid) process.kill(-child.pid, 'SIGKILL')
    } catch {
      // Nobody is left.
    }
  }
  process.on('exit', end)
  return new Promise((resolve, reject) => {
    let last: Told = { turn: 'getting ready' }
    const { turn, ready } = quick ? patience.quick : patience.full
    let timer = setTimeout(end, ready)
    child.on('message', (report: Told) => {
      last = report
      clearTimeout(timer)
      timer = setTimeout(end, 'turn' in report && report.turn === 'getting ready' ? ready : turn)
    })
    child.on('error', reject)
    child.on('exit', (code, signal) => {
      clearTimeout(timer)
      process.off('exit', end)
      // Servers and processes that it did not get to stop.
      end()
      const crashed = 'turn' in last && signal !== 'SIGKILL' ? last.turn : undefined
      resolve(crashed === undefined ? last : { failed: `ended with ${signal ?? code} at the turn of ${crashed}` })
    })
  })
}
