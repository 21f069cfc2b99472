import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

import { describe, expect, it, onTestFinished } from 'vitest'

import { openFlock } from '../open-flock.ts'

const program = fileURLToPath(new URL('./fixtures/self-made.ts', import.meta.url))

/** Runs the program; what it printed, and how many threads loaded it. */
async function run(way: string): Promise<{ outcomes: unknown; loaded: number }> {
  const folder = mkdtempSync(join(tmpdir(), 'skein-nested-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const copies = join(folder, 'copies')
  const { stdout } = await promisify(execFile)(process.execPath, [program], {
    env: { ...process.env, WAY: way, COPIES: copies },
  })
  return { outcomes: JSON.parse(stdout), loaded: readFileSync(copies, 'utf8').split('\n').length - 1 }
}

const refused = ['SKEIN_NESTED_FLOCK', expect.stringMatching(/^file:.*\.ts$/)]

describe('activities in the file that makes the flock', () => {
  it.each([
    ['at its top level', 'awaited'],
    ['in a function that nobody awaits', 'floating'],
    ['in a function whose errors it catches', 'caught'],
    ['at its top level, as the model', 'descriptor'],
    ['in a function that nobody awaits, as the model', 'descriptor floating'],
    ['at its top level, imported by another', 'import'],
  ])('%s are refused at once', async (_, way) => {
    const { outcomes, loaded } = await run(way)
    expect(outcomes).toEqual([refused, refused, refused, refused])
    expect(loaded).toBeLessThanOrEqual(5)
  })

  it.each(['late floating', 'late caught', 'late descriptor floating'])(
    'that is made later (%s) are refused from then on',
    async (way) => {
      const { outcomes, loaded } = await run(way)
      expect((outcomes as unknown[]).at(-1)).toEqual(refused)
      expect(loaded).toBeLessThanOrEqual(9)
    },
  )

  it('run if it makes the flock only in the main thread', async () => {
    const { outcomes, loaded } = await run('guarded')
    expect(outcomes).toEqual([42, 42, 42, 42])
    expect(loaded).toBeLessThanOrEqual(4)
  })
})

describe('an activity', () => {
  it('can not make a flock, nor can a thread that it starts', async () => {
    const { flock } = await openFlock(undefined, { threads: 1 })
    const nesting = flock.activities<typeof import('./fixtures/nesting.ts')>(
      new URL('./fixtures/nesting.ts', import.meta.url),
    )
    expect(await nesting.makeFlock(null)).toBe('SKEIN_NESTED_FLOCK')
    expect(await nesting.makeFlockInThread(null)).toBe('SKEIN_NESTED_FLOCK')
    // What an activity does, its module is not blamed for.
    expect(await nesting.makeFlock(null)).toBe('SKEIN_NESTED_FLOCK')
  })
})
