import type { Architecture } from '@skein/memory'

import { openStore } from '../open-store.ts'
import { runReport } from '../report/run-report.ts'
import { showProgress } from './progress.ts'
import { renderReport } from './render-report.ts'
import { writeOut } from './standard-streams.ts'

/** The options of `skein run` as they were given. */
export interface RunFlags {
  readonly question: readonly string[]
  readonly isolated: boolean
  readonly store: string
  readonly space: string
  readonly architecture: Architecture
  readonly threads?: number
  readonly json: boolean
}

/** Does `skein run`. Progress goes to standard error, the result alone to standard output. */
export async function runCommand(files: readonly string[], flags: RunFlags, signal: AbortSignal): Promise<void> {
  const progress = showProgress(process.stderr, flags.json)
  try {
    const report = await runReport({
      files,
      questions: flags.question,
      store: openStore(flags.store),
      space: flags.space,
      architecture: flags.architecture,
      isolated: flags.isolated,
      signal,
      onProgress: progress.update,
      ...(flags.threads !== undefined && { threads: flags.threads }),
    })
    progress.end()
    const text = flags.json
      ? JSON.stringify({ summary: report.summary, stats: report.stats })
      : renderReport(report, process.stdout)
    await writeOut(`${text}\n`)
  } finally {
    progress.end()
  }
}
