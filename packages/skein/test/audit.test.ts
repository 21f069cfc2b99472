import { join } from 'node:path'

import { sqliteStore } from '@skein/sqlite'
import { describe, expect, it } from 'vitest'

import { expectClearError } from './expect-clear-error.ts'
import { useSampleMemory } from './use-sample-memory.ts'

const { sample, run, json } = useSampleMemory()

describe('skein audit', () => {
  it('shows who read values, and whose access was refused, newest last', async () => {
    const refused = await run('audit', '--as', 'eve')
    expectClearError(refused, 1, /"eve" needs the right "audit"/)
    await run('get', 'facts', 'price', '--as', 'bob')
    const { stdout } = await run('audit', '--as', 'kim', '--right', 'audit', '--since', '1h')
    const lines = stdout
      .trimEnd()
      .split('\n')
      .map((line) => line.split(/ {2,}/).slice(1))
    expect(lines).toContainEqual(['eve', 'audit', 'refused', 'audit', 'lacks the right "audit"'])
    expect(lines.at(-1)).toEqual(['bob', 'read', 'hit', 'facts/price'])
    const { entries } = await json<{ entries: object[] }>('audit', '--right', 'audit', '--agent', 'bob')
    expect(entries).toMatchObject([{ agent: 'bob', action: 'read', outcome: 'hit', id: 'price', count: 1 }])
    const streamed = await run('audit', '--right', 'audit', '--json-lines', '--action', 'write', '--id', 'price')
    const versions = streamed.stdout
      .trimEnd()
      .split('\n')
      .map((line) => (JSON.parse(line) as { version: number }).version)
    expect(versions).toEqual([1, 2])
  })

  it.each(['1.001m', '999999999w', '0.5s'])('begins %s ago', async (since) => {
    const { entries } = await json<{ entries: object[] }>('audit', '--right', 'audit', '--since', since)
    expect(entries).toBeInstanceOf(Array)
  })

  it('records the reads of the command itself, which write nothing else', async () => {
    await using store = await sqliteStore(join(sample.folder, 'x.db')).open('default', 'reader')
    const { last } = await store.changes(Number.MAX_SAFE_INTEGER, 1)
    await Promise.all([run('ls', 'facts'), run('inbox', sample.publicQuestion), run('search', 'price')])
    const { changes } = await store.changes(last, 100)
    expect(changes.map(({ collection }) => collection)).toEqual(['audit', 'audit', 'audit'])
  })
})
