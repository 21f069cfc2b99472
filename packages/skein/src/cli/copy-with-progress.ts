import { existsSync } from 'node:fs'

import type { BackupOptions, BackupReport } from '@skein/sqlite'

import { InputError } from '../open/input-error.ts'
import { countOf, sizeOf } from '../terminal/amounts.ts'
import type { CommandContext } from './command.ts'
import { showProgress } from '../terminal/show-progress.ts'
import { writeOut } from '../terminal/standard-streams.ts'

/** The options that backups and restores have in common, as they were given. */
export interface CopyFlags {
  readonly overwrite: boolean
  readonly json: boolean
}

/**
 * Copies a database, shows how far it is, and says in the end what was copied.
 *
 * @param done - What was done, as a sentence begins.
 */
export async function copyWithProgress(
  done: string,
  from: string,
  to: string,
  { overwrite, json }: CopyFlags,
  context: CommandContext,
  copy: (options: BackupOptions) => Promise<BackupReport>,
): Promise<void> {
  context.afterInterrupt = 'Nothing was changed.'
  if (!overwrite && existsSync(to)) {
    throw new InputError(to, 'is there already and was left as it is. Name another file, or say --overwrite.')
  }
  const progress = showProgress(process.stderr, json)
  try {
    const { bytes, spaces } = await copy({
      overwrite,
      signal: context.signal,
      onProgress: ({ totalPages, remainingPages }) =>
        progress.update([{ label: 'pages', done: totalPages - remainingPages, total: totalPages }]),
    })
    progress.end()
    const what = `${countOf(spaces.length, 'space')} (${spaces.join(', ')}), ${sizeOf(bytes)}`
    await writeOut(`${json ? JSON.stringify({ from, to, bytes, spaces }) : `${done} ${from} to ${to}: ${what}.`}\n`)
  } finally {
    progress.end()
  }
}
