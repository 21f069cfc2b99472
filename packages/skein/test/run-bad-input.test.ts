import { execFileSync, spawnSync } from 'node:child_process'
import type { SpawnOptions } from 'node:child_process'
import {
  chmodSync,
  closeSync,
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
import { cli, skein } from './run-skein.ts'
import { folderWith, reportFile, story, temporaryFolder } from './sample-files.ts'

/** Root may read everything: then another user must try, if that one can read the sources. */
const nobody: SpawnOptions | undefined = (() => {
  if (process.getuid?.() !== 0) return {}
  const other = { uid: 65_534, gid: 65_534 }
  const { status } = spawnSync(process.execPath, [cli, '--version'], { ...other, stdio: 'ignore' })
  return status === 0 ? other : undefined
})()

describe('skein run refuses', () => {
  it.each([
    ['a missing file', ['run', 'nope.txt'], 1, /nope\.txt does not exist/],
    ['a folder with bad files', ['run', '.'], 1, /3 of 7 files can't be used/],
    ['a device', ['run', '/dev/zero'], 1, /not a regular file/],
    ['a binary file', ['run', 'binary'], 1, /binary/],
    ['text in another encoding than named', ['run', 'latin1.txt', '--encoding', 'utf-8'], 1, /not text in utf-8/],
    ['an unknown encoding', ['run', 'good.txt', '--encoding', 'utf-9'], 2, /encoding/],
    ['an unknown language', ['run', 'good.txt', '--language', 'xx'], 2, /language/],
    ['an empty file', ['run', 'empty.txt'], 1, /is empty/],
    ['a blank file', ['run', 'blank.txt'], 1, /white space/],
    ['a file of one endless line', ['run', 'endless.txt'], 1, /word of 3,000,000 letters/],
    ['a file without a sentence', ['run', 'words.txt'], 1, /no sentence/],
    ['one bad file among good ones', ['run', 'good.txt', 'nope.txt'], 1, /nope\.txt/],
    ['no file', ['run'], 2, /missing required argument/],
    ['an unknown option', ['run', 'good.txt', '--quesion', 'x'], 2, /--question/],
    ['an unknown command', ['rum', 'good.txt'], 2, /Did you mean run/],
    ['an empty question', ['run', 'good.txt', '-q', ' '], 2, /not blank/],
    ['a number of threads that is none', ['run', 'good.txt', '--threads', 'many'], 2, /1 to 31/],
    ['a store of an unknown kind', ['run', 'good.txt', '--store', 'mysql://localhost'], 2, /--store/],
    ['a store in no folder', ['run', 'good.txt', '--store', 'no/where.db'], 1, /folder does not exist/],
    ['a store that is a folder', ['run', 'good.txt', '--store', '.'], 1, /can't be opened/],
    ['a store that is no database', ['run', 'good.txt', '--store', 'good.txt'], 1, /not a SQLite database/],
    ['an odd space', ['run', 'good.txt', '--space', 'a b'], 2, /space/],
  ] as const)('%s in one clear sentence', async (_, args, code, text) => {
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

  it('a database of a newer format, and leaves it unchanged', async () => {
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

  it('a database of another program, and leaves it unchanged', async () => {
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

  it.skipIf(!nobody)('a database that it may not read (needs a user without rights)', async () => {
    const folder = folderWith({ 'a.txt': story, 'x.db': '' })
    chmodSync(folder, 0o755)
    chmodSync(join(folder, 'x.db'), 0)
    expectClearError(await skein(['run', 'a.txt', '--store', 'x.db'], folder, {}, nobody), 1, /x\.db can't be opened/)
  })

  it('a damaged database', async () => {
    const folder = folderWith({ 'a.txt': story })
    await skein(['run', 'a.txt', '--store', 'x.db'], folder)
    const file = join(folder, 'x.db')
    const bytes = readFileSync(file)
    bytes.fill(0x5a, 4_096, 4_096 * 12)
    writeFileSync(file, bytes)
    expectClearError(await skein(['run', 'a.txt', '--store', 'x.db'], folder), 1, /x\.db is damaged/)
  })
})

it.skipIf(!canMount())('skein run reports a full disk once, and loses nothing (needs the right to mount)', async () => {
  const folder = temporaryFolder()
  const small = join(folder, 'small')
  mkdirSync(small)
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=640k', 'tmpfs', small])
  onTestFinished(() => void execFileSync('umount', [small]))
  const args = ['run', reportFile, '--json', '--store', join(small, 'x.db')]
  const full = await skein(args, folder)
  expectClearError(full, 1, /No space is left for .*x\.db.*free some space/)
  expect(full.stderr.trimEnd().split('\n')).toEqual([
    expect.stringMatching(/^skein: /),
    expect.stringMatching(/^See https:\S+#skein_store_full$/),
  ])
  execFileSync('mount', ['-o', 'remount,size=64m', small])
  expect(await skein(args, folder)).toMatchObject({ code: 0 })
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
