import { spawnSync } from 'node:child_process'
import { stripVTControlCharacters } from 'node:util'

import { expect, it } from 'vitest'

import { cli, skein } from './run-skein.ts'
import { useSampleMemory } from './use-sample-memory.ts'

const { sample } = useSampleMemory()

it('a table fits COLUMNS, and is not cut in a pipe', async () => {
  const narrow = await skein(['ls', 'objects', '--store', 'x.db'], sample.folder, { COLUMNS: '40' })
  expect(narrow.stdout).toContain('…')
  for (const line of narrow.stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(40)
  const piped = await skein(['ls', 'objects', '--store', 'x.db'], sample.folder, { COLUMNS: undefined })
  expect(piped.stdout).toContain(sample.publicObject)
})

it.skipIf(spawnSync('script', ['--version']).status !== 0)('a table fits a real terminal (needs script)', () => {
  const run = (args: string): string => `stty cols 44; ${process.execPath} ${cli} ${args} --store x.db`
  const inTerminal = (args: string) =>
    spawnSync('script', ['-qec', run(args), '/dev/null'], { cwd: sample.folder, encoding: 'utf8' })
  const { stdout } = inTerminal('ls objects')
  const lines = stripVTControlCharacters(stdout).split('\r\n')
  expect(lines[1]).toMatch(/^[0-9a-f]+…/)
  for (const line of lines) expect(line.length).toBeLessThanOrEqual(44)
  expect(inTerminal(`get objects ${sample.publicObject} --raw`).stdout).toMatch(/Redirect them to a file or a program/)
})
