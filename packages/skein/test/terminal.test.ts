import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'

import { describe, expect, it } from 'vitest'

import { bar } from '../src/terminal/show-progress.ts'
import { widthOf } from '../src/terminal/text-width.ts'
import { cli, skein } from './run-skein.ts'
import { reportFile } from './sample-files.ts'
import { folderForAll } from './sample-memory.ts'

/** A real terminal for a program, where the system has the command `script`. */
const hasTerminal = spawnSync('script', ['--version']).status === 0
const folder = folderForAll()

// oxlint-disable-next-line no-control-regex -- styles take no room
const plain = (line: string): string => line.replaceAll(/\u001B\[\d+m/g, '')

describe('a bar', () => {
  it.each([80, 40, 30, 20, 10])(
    'fits on one line of %i columns, with its numbers as long as there is room',
    (columns) => {
      const lines = [
        { label: 'summarizers', done: 0, total: 0 },
        { label: 'summarizers', done: 12_345, total: 0 },
        { label: 'summarizers', done: 7, total: 12 },
        { label: 'summarizers', done: 12_345, total: 99_999 },
        { label: 'a space with a long name', done: 7, total: 12 },
      ].map((row) => plain(bar(row, columns)))
      for (const line of lines) expect(widthOf(line)).toBeLessThan(columns)
      if (columns >= 30) expect(lines[3]).toContain('12345/99999')
    },
  )

  it('is 30 columns long where there is room, and shows what is done', () => {
    expect(plain(bar({ label: 'analysts', done: 1, total: 2 }, 80))).toBe(
      `analysts     ${'█'.repeat(15)}${'░'.repeat(15)} 1/2`,
    )
    expect(plain(bar({ label: 'analysts', done: 1, total: 2 }, 40))).toMatch(/^analysts {5}█+░+ 1\/2$/)
  })
})

/** Control characters as a person reads them. */
const readable = (text: string): string => text.replaceAll('\u001B', '<ESC>').replaceAll('\r', '<CR>')

/** Runs the command on a terminal, and presses Ctrl-C when it has shown something. */
async function interruptOnTerminal(args: readonly string[], until: RegExp): Promise<{ code: number; shown: string }> {
  const command = `stty cols 40; exec ${[process.execPath, cli, ...args].map((arg) => `'${arg}'`).join(' ')}`
  const env = {
    ...process.env,
    TERM: 'xterm',
    CI: undefined,
    NO_COLOR: undefined,
    FORCE_COLOR: undefined,
    SHELL: '/bin/sh',
  }
  const options = { cwd: folder, env, stdio: ['pipe', 'pipe', 'inherit'] as ['pipe', 'pipe', 'inherit'] }
  const child = spawn('script', ['--quiet', '--return', '--command', command, '/dev/null'], options)
  let shown = ''
  let isPressed = false
  child.stdout.setEncoding('utf8').on('data', (part: string) => {
    shown += part
    if (isPressed || !until.test(shown)) return
    isPressed = true
    child.stdin.write('\u0003')
  })
  const [code] = (await once(child, 'close')) as [number]
  return { code, shown: readable(shown) }
}

describe.skipIf(!hasTerminal)('Ctrl-C on a terminal (needs script)', () => {
  it('ends skein tail, and leaves nothing on the line of the prompt', async () => {
    await skein(['init', '--store', 'tail.db'], folder)
    const { code, shown } = await interruptOnTerminal(['tail', '--store', 'tail.db'], /Following/)
    expect({ code, shown }).toEqual({ code: 0, shown: expect.stringMatching(/\^C<CR><ESC>\[K$/) as string })
  })

  it('ends skein run: the bars are gone, and the message stands on a line of its own', async () => {
    const { code, shown } = await interruptOnTerminal(['run', reportFile, '--store', 'run.db'], /summarizers/)
    expect(code).toBe(130)
    // Each drawing begins in the first column, so erasing leaves nothing of the one before.
    expect(shown).not.toMatch(/<ESC>\[\d+A/)
    // The bars may be drawn once more meanwhile: over the key press, too, before it is heard of.
    expect(shown).toMatch(/\^C(?:<ESC>\[\d+F[^]*)?<CR><ESC>\[K[^]*<ESC>\[\d+F<ESC>\[Jskein: interrupted\. /)
  })
})
