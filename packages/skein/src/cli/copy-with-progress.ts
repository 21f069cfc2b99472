import { existsSync } from 'node:fs'

import { plainText } from '@skein/memory/runtime'
import type { BackupOptions, BackupReport } from '@skein/sqlite'

import { InputError } from '../open/input-error.ts'
import { countOf, sizeOf } from '../terminal/amounts.ts'
import { print, printJson } from '../terminal/printer.ts'
import { showProgress } from '../terminal/show-progress.ts'
import type { CommandContext } from './command.ts'

/** The options that `skein backup` and `skein restore` share, as given. */
export interface CopyFlags {
  readonly overwrite: boolean
  readonly json: boolean
}

/**
 * Copies a database file, shows progress, and prints what was copied.
 *
 * @param verb - Begins the sentence that reports success: `Restored`.
 */
export async function copyWithProgress(
  verb: string,
  from: string,
  to: string,
  { overwrite, json }: CopyFlags,
  context: CommandContext,
  copy: (options: BackupOptions) => Promise<BackupReport>,
): Promise<void> {
  context.afterInterrupt = 'Nothing was changed.'
  if (!overwrite && existsSync(to)) {
    throw new InputError(to, 'exists already and was left unchanged. Name another file, or add --overwrite.')
  }
  const progress = showProgress(json)
  try {
    const { bytes, spaces } = await copy({
      overwrite,
      signal: context.signal,
      onProgress: ({ totalPages, remainingPages }) =>
        progress.update([{ label: 'pages', done: totalPages - remainingPages, total: totalPages }]),
    })
    progress.end()
    const copied = `${countOf(spaces.length, 'space')} (${spaces.join(', ')}), ${sizeOf(bytes)}`
    if (json) await printJson({ from, to, bytes, spaces })
    else await print(plainText(`${verb} ${from} to ${to}: ${copied}.`))
  } finally {
    progress.end()
  }
}
