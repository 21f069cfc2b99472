import { describe, expect, it } from 'vitest'

import { commandAccess } from './command-access.ts'
import { cleared, secret } from './sample-memory.ts'
import { useSampleMemory } from './use-sample-memory.ts'

const { sample, run } = useSampleMemory()

describe('a clearance', () => {
  const commands = (): (readonly string[])[] => [
    ['ls'],
    ['ls', 'facts'],
    ['ls', 'work', '--json'],
    ['ls', 'agents'],
    ['get', 'objects', sample.secretObject],
    ['get', 'objects', sample.secretObject, '--raw'],
    ['search', 'price'],
    ['ask', 'Who raised the prices?'],
    ['inbox', '--state', 'all'],
    ['inbox', sample.publicQuestion],
    ['inbox', sample.secretQuestion],
    ['audit', '--right', 'audit', '--json-lines'],
    ['stats'],
  ]

  it('has a table that says of every command what it may show and take', async () => {
    const { stdout } = await run('--help')
    const named = stdout.slice(stdout.indexOf('Commands:')).matchAll(/^ {2}([a-z]+)[ [<]/gm)
    const names = Array.from(named, ([, name = '']) => name).filter((name) => name !== 'help')
    expect(names.toSorted()).toEqual(Object.keys(commandAccess).toSorted())
  })

  it('hides what it does not cover, in every command', async () => {
    const shown = await Promise.all(commands().map((command) => run(...command)))
    const leaks = commands().filter((_, index) => JSON.stringify(shown[index]).includes(secret))
    expect(leaks).toEqual([])
  })

  it('lets the same commands show what it covers', async () => {
    const shown = await Promise.all(
      commands()
        .slice(1)
        .map((command) => run(...command, ...cleared)),
    )
    const without = commands()
      .slice(1)
      .filter((_, index) => !shown[index]?.stdout.includes(secret))
    expect(without).toEqual([])
  })
})
