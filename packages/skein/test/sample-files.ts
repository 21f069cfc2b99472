import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { onTestFinished } from 'vitest'

/** The report of 1981: one line of 217,084 characters. */
export const reportFile: string = join(import.meta.dirname, '../../../examples/data/1981_jimmy_carter_d.txt')
export const reportText: string = readFileSync(reportFile, 'utf8')

/** An empty folder, gone when the test ends. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'skein-test-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** A short text. */
export const story: string =
  'The geese flew south early over the whole wide lake. Their flock was longer this autumn than in all the years before.\n'

/** A folder with some files, gone when the test ends. */
export function folderWith(files: Readonly<Record<string, string | Uint8Array>>): string {
  const folder = temporaryFolder()
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content)
  return folder
}
