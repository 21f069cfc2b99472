import { spawnSync } from 'node:child_process'
import { join } from 'node:path'

import { describe, expect, it } from 'vitest'

const fixture = join(import.meta.dirname, 'fixtures', 'stray-errors.ts')

function run(...args: readonly string[]): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, [fixture, ...args], { encoding: 'utf8' })
}

describe('what code of an agent throws where nobody can catch it', () => {
  it.each([[[]], [['listen']]])('fails that agent alone (%j)', (args) => {
    const { status, stdout, stderr } = run(...args)
    const [outcomes = '{}', resumed, alive] = stdout.split('\n')
    const ends = Object.entries(JSON.parse(outcomes) as Record<string, string>)
    expect(ends.length).toBeGreaterThan(15)
    // A behavior that returns a promise is told so.
    const expected = ends.map(([name]) => [name, name.includes('behavior') ? 'SKEIN_OPTION' : 'stray'])
    expect(ends).toEqual(expected)
    expect(resumed).toBe('{"n":1}')
    expect({ alive, status, stderr: stderr.includes('Uncaught') }).toEqual({ alive: 'alive', status: 0, stderr: false })
  })

  it.each(['throw', 'reject'])('leaves what the program itself does (%s) to Node.js', (how) => {
    const { status, stdout, stderr } = run(how)
    expect(stdout).toContain('alive')
    expect(stderr).toContain('Error: stray')
    expect(status).toBe(1)
  })
})
