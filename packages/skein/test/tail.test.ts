import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'

import { hasTrait } from '@skein/memory/store'
import type { Change } from '@skein/memory/store'
import { sqliteStore } from '@skein/sqlite'
import { describe, expect, it } from 'vitest'

import { expectClearError } from './expect-clear-error.ts'
import { cleared, filledFolder, folderForAll, openIn, secret } from './sample-memory.ts'
import { temporaryFolder } from './sample-files.ts'
import { cli, skein, startSkein } from './run-skein.ts'
import type { Ended } from './run-skein.ts'

/** Starts `skein tail`: wait for its output, then interrupt it. */
function startTail(folder: string, ...args: string[]) {
  const { child, ended } = startSkein(['tail', ...args, '--store', 'x.db'], folder)
  const output = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const) child[name]?.on('data', (text: string) => (output[name] += text))
  return {
    until: async (name: 'stdout' | 'stderr', text: string): Promise<void> => {
      while (!output[name].includes(text)) await once(child[name] as NodeJS.EventEmitter, 'data')
    },
    interrupt: (signal: 'SIGINT' | 'SIGTERM' = 'SIGINT'): Promise<Ended> => {
      child.kill(signal)
      return ended
    },
  }
}

const changesOf = (text: string): Change[] =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Change)

describe('skein tail', () => {
  it('follows changes of other processes, and exits with 0 on Ctrl-C', async () => {
    const folder = folderForAll()
    await using memory = await openIn(folder)
    const { facts, observations } = memory.as({ id: 'ann', role: 'sales' })
    await facts.set('before', 0)
    const tail = startTail(folder, 'facts/price/')
    await tail.until('stderr', 'Following')
    await facts.set('price/a', 1, { task: 'deal/7' })
    await facts.set('other', 1)
    await observations.log({ task: 't', value: 'x' })
    await facts.set('price/b', 1, { sensitivity: 'public' })
    await facts.delete('price/a')
    await tail.until('stdout', 'delete')
    const { code, stdout, stderr } = await tail.interrupt()
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr: expect.stringMatching(/^Following changes after \d+\. Ctrl-C/),
    })
    const lines = stdout.split('\n').map((line) => line.replace(/^\d\d:\d\d:\d\d {2}\d+ {2}/, ''))
    expect(lines).toEqual([
      'ann  set     facts/price/a v1  task deal/7',
      'ann  set     facts/price/b v1',
      'ann  delete  facts/price/a  task deal/7',
      '',
    ])
  })

  it('begins at a given position, without gaps, and shows only what the clearance covers', async () => {
    const { folder } = await filledFolder()
    const [known, all] = [
      startTail(folder, '--after', '0', '--json'),
      startTail(folder, '--after', '0', '--json', ...cleared),
    ]
    await Promise.all([known, all].map((tail) => tail.until('stdout', '"last"')))
    const [few, many] = await Promise.all([known.interrupt(), all.interrupt('SIGTERM')])
    expect([few.code, many.code]).toEqual([0, 0])
    expect(few.stdout).not.toContain(secret)
    expect(many.stdout).toContain(secret)
    await using store = await sqliteStore(join(folder, 'x.db')).open('default', 'reader')
    const { changes } = await store.changes(0, 1_000)
    expect(changesOf(many.stdout)).toEqual(changes.filter(({ collection }) => hasTrait(collection, 'shown')))
    expect(changesOf(few.stdout)).toEqual(changesOf(many.stdout).filter(({ sensitivity }) => sensitivity === 'public'))
    const late = await skein(['tail', '--after', '1000000', '--store', 'x.db'], folder)
    expectClearError(late, 2, /`--after` to be at most \d+, where the feed ends/)
    expectClearError(
      await skein(['tail', '--after', 'now', '--store', 'x.db'], folder),
      2,
      /--after.*an integer from 0/,
    )
  })

  it('says where the feed was trimmed, and continues', async () => {
    const folder = temporaryFolder()
    const options = { path: join(folder, 'x.db'), maxChanges: 1, maxChangeAgeMs: 1 }
    await using memory = await openIn(folder, { store: sqliteStore(options) })
    const { facts } = memory.as({ id: 'ann', role: 'sales' })
    for (let value = 0; value < 5; value += 1) await facts.set('price', value)
    await using store = await sqliteStore(options).open('default', 'writer')
    // Trims by age, in whole milliseconds.
    while (!(await store.changes(1, 1)).trimmed) await store.sweep(100)
    const tail = startTail(folder, '--after', '1', '--json')
    await tail.until('stderr', 'continuing after')
    await facts.set('price', 'new')
    await tail.until('stdout', '"version":6')
    const { code, stdout } = await tail.interrupt()
    expect(code).toBe(0)
    expect(changesOf(stdout)).toMatchObject([{ trimmed: { after: 1, last: 5 } }, { id: 'price', version: 6 }])
  })

  it('ends when nobody reads its output, as every command that streams', async () => {
    const folder = temporaryFolder()
    await using memory = await openIn(folder)
    const { facts } = memory.as({ id: 'ann', role: 'sales' })
    await facts.set('price', 0)
    const pipe = (args: string) =>
      spawn('bash', ['-c', `set -o pipefail; ${process.execPath} ${cli} ${args} --store x.db | head -n 1`], {
        cwd: folder,
      })
    const piped = pipe('tail --after 0')
    const closed = once(piped, 'close')
    let isOpen = true
    void closed.then(() => (isOpen = false))
    // Only a write shows that nobody reads a pipe any more.
    while (isOpen) await facts.set('price', 1)
    expect(await closed).toEqual([0, null])
    expect(await once(pipe('audit --right audit --json-lines'), 'close')).toEqual([0, null])
  })
})
