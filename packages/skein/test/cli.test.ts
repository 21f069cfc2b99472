import { execFileSync, spawnSync } from 'node:child_process'
import type { SpawnOptions } from 'node:child_process'
import {
  chmodSync,
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmdirSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { describe, expect, it, onTestFinished } from 'vitest'

import { expectClearError } from './expect-clear-error.ts'
import { folderWith, reportFile, reportText, story, temporaryFolder } from './report-file.ts'
import { cli, skein, startSkein } from './run-skein.ts'

/** Root may read everything: then somebody else must try, if he can read the sources at all. */
const nobody: SpawnOptions | undefined = (() => {
  if (process.getuid?.() !== 0) return {}
  const other = { uid: 65_534, gid: 65_534 }
  const { status } = spawnSync(process.execPath, [cli, '--version'], { ...other, stdio: 'ignore' })
  return status === 0 ? other : undefined
})()

describe('skein run', () => {
  it('prints a summary with its sources, and progress apart from it', async () => {
    const { code, stdout, stderr } = await skein(['run', reportFile, '-q', 'What happened in Iran?'], temporaryFolder())
    expect(code).toBe(0)
    expect(stdout).toMatch(/^What happened in Iran\?\n {2}• .*Iran.* \[.*:\d+-\d+\]/)
    expect(stdout).not.toContain('\u001B')
    expect(stderr).toContain('summarisers: 124 of 124')
  })

  it('prints with --json one object and nothing else', async () => {
    const { code, stdout, stderr } = await skein(['run', 'a.txt', '--json'], folderWith({ 'a.txt': story }))
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    const { summary, stats } = JSON.parse(stdout) as {
      summary: { text: string; citations: { source: string; start: number; end: number }[] }[]
      stats: object
    }
    expect(summary[0]?.citations[0]?.source).toBe('a.txt')
    for (const { text, citations } of summary)
      for (const { start, end } of citations) expect(story.slice(start, end)).toBe(text)
    for (const name of ['parts', 'modelCalls', 'reusedCalls', 'tokens', 'savedTokens', 'bytesCopied', 'wallMs']) {
      expect(stats).toHaveProperty(name, expect.any(Number))
    }
  })

  it('keeps its memory in the folder where it runs, unless told otherwise', async () => {
    const folder = folderWith({ 'a.txt': story })
    await skein(['run', 'a.txt'], folder)
    expect(existsSync(join(folder, '.skein/memory.db'))).toBe(true)
    const other = folderWith({ 'a.txt': story })
    expect(await skein(['run', 'a.txt', '--store', 'memory:'], other)).toMatchObject({ code: 0 })
    expect(existsSync(join(other, '.skein'))).toBe(false)
  })

  it('works alone when told', async () => {
    const folder = folderWith({ 'a.txt': story })
    const flags = ['run', 'a.txt', '--json', '-q', 'Who flew?', '-q', 'How long was it?']
    const shared = JSON.parse((await skein(flags, folder)).stdout) as {
      summary: unknown
      stats: { modelCalls: number }
    }
    const alone = JSON.parse((await skein([...flags, '--isolated'], folder)).stdout) as typeof shared
    expect(alone.summary).toEqual(shared.summary)
    expect(alone.stats.modelCalls).toBeGreaterThan(shared.stats.modelCalls)
  })

  it('ends with 130 on Ctrl-C and says that nothing is lost', async () => {
    const folder = temporaryFolder()
    const { child, ended } = startSkein(['run', reportFile], folder)
    child.stderr?.on('data', (text: string) => text.includes('summarisers:') && child.kill('SIGINT'))
    expect(await ended).toMatchObject({ code: 130, stdout: '', stderr: expect.stringContaining('interrupted') })
    expect(await skein(['run', reportFile], folder)).toMatchObject({ code: 0 })
  })

  it.each([
    ['progress', ['stderr']],
    ['the result', ['stdout']],
    ['anything', ['stdout', 'stderr']],
  ] as const)('goes on to its end when nobody reads %s any more', async (_, gone) => {
    const { child, ended } = startSkein(['run', reportFile, '-q', 'What happened in Iran?'], temporaryFolder())
    for (const name of gone) child[name]?.destroy()
    const { code, stdout } = await ended
    expect(code).toBe(0)
    if (!gone.some((name) => name === 'stdout')) expect(stdout).toMatch(/Iran.* \[.*:\d+-\d+\]/)
  })

  it.skipIf(!existsSync('/dev/full'))('fails when its result can not be written', async () => {
    const full = openSync('/dev/full', 'w')
    onTestFinished(() => closeSync(full))
    const ended = await skein(['run', 'a.txt'], folderWith({ 'a.txt': story }), {}, { stdio: ['ignore', full, 'pipe'] })
    expect(ended).toMatchObject({ code: 1, stderr: expect.stringContaining('ENOSPC') })
  })

  it('explains itself', async () => {
    const { code, stdout } = await skein(['run', '--help'], temporaryFolder())
    expect(code).toBe(0)
    for (const flag of ['--question', '--isolated', '--store', '--threads', '--json']) expect(stdout).toContain(flag)
  })
})

describe('bad input', () => {
  it.each([
    ['a missing file', ['run', 'nope.txt'], 1, /nope\.txt does not exist/],
    ['a folder', ['run', '.'], 1, /is a folder/],
    ['what never ends', ['run', '/dev/zero'], 1, /no regular file/],
    ['a binary file', ['run', 'binary'], 1, /binary/],
    ['text that is not UTF-8', ['run', 'latin1.txt'], 1, /UTF-8/],
    ['an empty file', ['run', 'empty.txt'], 1, /is empty/],
    ['a blank file', ['run', 'blank.txt'], 1, /white space/],
    ['a file of one endless line', ['run', 'endless.txt'], 1, /word of 3,000,000 letters/],
    ['a file without a sentence', ['run', 'words.txt'], 1, /no sentence/],
    ['one bad file among good ones', ['run', 'good.txt', 'nope.txt'], 1, /nope\.txt/],
    ['no file', ['run'], 2, /missing required argument/],
    ['an unknown option', ['run', 'good.txt', '--quesion', 'x'], 2, /--question/],
    ['an unknown command', ['rum', 'good.txt'], 2, /Did you mean run/],
    ['an empty question', ['run', 'good.txt', '-q', ' '], 2, /Ask something/],
    ['no number of threads', ['run', 'good.txt', '--threads', 'many'], 2, /1 to 31/],
    ['a store that is not there yet', ['run', 'good.txt', '--store', 'mysql://localhost'], 2, /--store/],
    ['a store in no folder', ['run', 'good.txt', '--store', 'no/where.db'], 1, /folder does not exist/],
    ['a store that is a folder', ['run', 'good.txt', '--store', '.'], 1, /can't be opened/],
    ['a store that is no database', ['run', 'good.txt', '--store', 'good.txt'], 1, /no SQLite database/],
    ['an odd space', ['run', 'good.txt', '--space', 'a b'], 2, /space/],
  ] as const)('%s is refused in one clear sentence', async (_, args, code, text) => {
    const folder = folderWith({
      'good.txt': story,
      'empty.txt': '',
      'blank.txt': ' \n\t ',
      binary: new Uint8Array([80, 0, 1, 2]),
      'latin1.txt': new Uint8Array([71, 0xe4, 110, 115, 101]),
      'words.txt': '* * *',
      'endless.txt': 'x'.repeat(3_000_000),
    })
    expectClearError(await skein(args, folder), code, text)
    expect(readFileSync(join(folder, 'good.txt'), 'utf8')).toBe(story)
  })

  it('reads a sensible text in one endless line', async () => {
    const folder = folderWith({ 'long.txt': reportText.repeat(3) })
    expect(await skein(['run', 'long.txt', '--json'], folder)).toMatchObject({ code: 0 })
  })

  it('a database of another version is left as it is', async () => {
    const folder = folderWith({ 'a.txt': story })
    await skein(['run', 'a.txt', '--store', 'x.db'], folder)
    const file = join(folder, 'x.db')
    // https://sqlite.org/fileformat2.html#user_version_number
    const handle = openSync(file, 'r+')
    writeSync(handle, new Uint8Array([0, 0, 0, 99]), 0, 4, 60)
    closeSync(handle)
    const before = readFileSync(file)
    expectClearError(await skein(['run', 'a.txt', '--store', 'x.db'], folder), 1, /format 99.*newer Skein/)
    expect(readFileSync(file).equals(before)).toBe(true)
  })

  it('a database of another program is left as it is', async () => {
    const folder = folderWith({ 'a.txt': story })
    const file = join(folder, 'x.db')
    execFileSync(
      process.execPath,
      ['-e', `const d=new (require('node:sqlite').DatabaseSync)(${JSON.stringify(file)});d.exec('CREATE TABLE t (x)')`],
      { stdio: 'ignore' },
    )
    const before = readFileSync(file)
    expectClearError(await skein(['run', 'a.txt', '--store', 'x.db'], folder), 1, /another program/)
    expect(readFileSync(file).equals(before)).toBe(true)
  })

  it.skipIf(!nobody)('a database that may not be read is named (needs a user without rights)', async () => {
    const folder = folderWith({ 'a.txt': story, 'x.db': '' })
    chmodSync(folder, 0o755)
    chmodSync(join(folder, 'x.db'), 0)
    expectClearError(await skein(['run', 'a.txt', '--store', 'x.db'], folder, {}, nobody), 1, /x\.db can't be opened/)
  })

  it('a damaged database is named', async () => {
    const folder = folderWith({ 'a.txt': story })
    await skein(['run', 'a.txt', '--store', 'x.db'], folder)
    const file = join(folder, 'x.db')
    const bytes = readFileSync(file)
    bytes.fill(0x5a, 4_096, 4_096 * 12)
    writeFileSync(file, bytes)
    expectClearError(await skein(['run', 'a.txt', '--store', 'x.db'], folder), 1, /x\.db is damaged/)
  })

  it.skipIf(!canMount())('no space left is said, and nothing is lost (needs the right to mount)', async () => {
    const folder = temporaryFolder()
    const small = join(folder, 'small')
    mkdirSync(small)
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=640k', 'tmpfs', small])
    onTestFinished(() => void execFileSync('umount', [small]))
    const args = ['run', reportFile, '--json', '--store', join(small, 'x.db')]
    const full = await skein(args, folder)
    expectClearError(full, 1, /No space left for .*x\.db.*free some space/)
    execFileSync('mount', ['-o', 'remount,size=64m', small])
    expect(await skein(args, folder)).toMatchObject({ code: 0 })
  })
})

function canMount(): boolean {
  if (process.getuid?.() !== 0) return false
  const folder = mkdtempSync(join(tmpdir(), 'skein-mount-'))
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', folder], { stdio: 'ignore' })
    execFileSync('umount', [folder], { stdio: 'ignore' })
    return true
  } catch {
    return false
  } finally {
    rmdirSync(folder)
  }
}
