import { join } from 'node:path'

import { describe, expect, it } from 'vitest'

import { checkStandardStreams, faultsOf } from '../scripts/standard-streams.ts'

const command = 'packages/skein/src/commands/x.ts'
const library = 'packages/redis/src/x.ts'

describe('one way to the terminal', () => {
  it('is the only one that the packages use', () => {
    expect(checkStandardStreams(join(import.meta.dirname, '..'))).toEqual([])
  })

  it.each([
    'process.stdout.write(text)',
    "process['stderr'].write(text)",
    'globalThis.process.stdout.end(text)',
    'const out = process.stdout',
    'show(process.stderr)',
    'pipeline(source, process.stdout)',
    'const { stdout } = process',
    'const name = "stdout"; process[name].write(text)',
    "import { stdout } from 'node:process'",
    "import { Console } from 'node:console'",
    'console.log(text)',
    "globalThis['console'].log(text)",
    'const { log } = console',
    'writeSync(1, text)',
    'fs.writeFileSync(2, text)',
    "createWriteStream('/dev/stderr')",
    'new tty.WriteStream(1)',
    'process._rawDebug(text)',
  ])('refuses, with file and line: %s', (source) => {
    for (const file of [command, library]) {
      expect(faultsOf(file, `const text = ''\n${source}`)).toContainEqual(
        expect.stringMatching(new RegExp(`^${file}:2: .* passes the printer by\\. Use `)),
      )
    }
  })

  it('lets the command ask how wide a terminal is, and a library not even that', () => {
    const source = "renderTable(rows, process.stdout.isTTY)\nstyleText('bold', 'x', { stream: process.stderr })"
    expect(faultsOf(command, source)).toEqual([])
    expect(faultsOf(library, source)).toHaveLength(2)
  })
})
