import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { openMemory } from '@skein/memory'
import { sqliteStore } from '@skein/sqlite'
import { expect, it } from 'vitest'

import { expectClearError } from './expect-clear-error.ts'
import { skein } from './run-skein.ts'
import { folderWith, story } from './sample-files.ts'
import { filesIn } from './sample-memory.ts'

/** A folder with a text `a.txt` and the memory `x.db` of a report on it. */
export async function folderWithReport(env?: NodeJS.ProcessEnv): Promise<string> {
  const folder = folderWith({ 'a.txt': story })
  expect(await skein(['run', 'a.txt', '--store', 'x.db'], folder, env)).toMatchObject({ code: 0 })
  return folder
}

/** Overwrites stored characters in place. */
export function damage(file: string, before: string, after: string): void {
  const bytes = readFileSync(file, 'latin1')
  expect(bytes).toContain(before)
  writeFileSync(file, bytes.replaceAll(before, after), 'latin1')
}

/** A command that must fail: what is wrong, arguments, exit code, message. */
export type BadCall = readonly [problem: string, args: readonly string[], code: number, message: RegExp]

/** Declares a test for each bad call, in a folder with `a.txt`, `empty.db` and the memory `x.db`. */
export function itRefuses(calls: readonly BadCall[]): void {
  it.each(calls)('refuses %s in one clear sentence, and changes nothing', async (_, args, code, message) => {
    const folder = folderWith({ 'a.txt': story, 'empty.db': '' })
    await (await openMemory({ store: sqliteStore(join(folder, 'x.db')) })).close()
    const before = filesIn(folder)
    expectClearError(await skein(args, folder), code, message)
    expect(filesIn(folder)).toEqual(before)
  })
}
