import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { beforeAll, describe, expect, it } from 'vitest'

import { expectClearError } from './expect-clear-error.ts'
import { folderForAll } from './sample-memory.ts'
import { skein } from './run-skein.ts'

const shells = ['bash', 'zsh', 'fish'] as const
const folder = folderForAll()
beforeAll(async () => {
  for (const shell of shells) {
    const { stdout } = await skein(['completion', shell], folder)
    writeFileSync(join(folder, shell), stdout)
  }
})

const missing = (shell: string): boolean => spawnSync(shell, ['-c', 'true']).status !== 0

function run(shell: string, script: string): string[] {
  const { stdout, stderr } = spawnSync(shell, ['-c', script], { cwd: folder, encoding: 'utf8' })
  expect(stderr).toBe('')
  return stdout.split('\n').filter((line) => line !== '')
}

describe.skipIf(missing('bash'))('in bash', () => {
  const complete = (line: string): string[] => {
    const words = line.split(' ').map((word) => `'${word}'`)
    const call = `COMP_WORDS=(${words.join(' ')}); COMP_CWORD=${words.length - 1}; _skein; printf '%s\\n' "\${COMPREPLY[@]}"`
    return run('bash', `source ./bash; ${call}`)
  }

  it.each([
    [
      'skein ',
      [
        'run',
        'ask',
        'ls',
        'get',
        'search',
        'tail',
        'inbox',
        'answer',
        'forget',
        'hold',
        'release',
        'audit',
        'agents',
        'stats',
        'doctor',
        'backup',
        'restore',
        'migrate',
      ],
    ],
    ['skein ba', ['backup']],
    ['skein migrate --', ['--space', '--json', '--help']],
    ['skein ls ob', ['observations', 'objects']],
    ['skein get fa', ['facts']],
    ['skein inbox --st', ['--state', '--store']],
    ['skein inbox --state ha', ['handed-back']],
    ['skein search x --collection d', ['decisions']],
    ['skein get facts price --clearance conf', ['confidential']],
    ['skein ls --task ba', []],
    ['skein completion z', ['zsh']],
    ['skein doctor fi', ['fish']],
    ['skein ls --store ba', ['bash']],
    ['skein nothing ', []],
  ])('%s', (line, expected) => {
    expect(complete(line)).toEqual(expect.arrayContaining(expected))
    if (expected.length < 5) expect(complete(line)).toHaveLength(expected.length)
  })
})

it.skipIf(missing('zsh'))('zsh loads it', () => {
  expect(run('zsh', 'autoload -Uz compinit; compinit -D -u; source ./zsh; whence -w _skein')).toEqual([
    '_skein: function',
  ])
})

it.skipIf(missing('fish'))('fish completes by it', () => {
  const complete = (line: string): string[] => run('fish', `source ./fish; complete -C '${line}'`)
  expect(complete('skein ba')).toEqual([expect.stringMatching(/^backup\tCopy a store/)])
  expect(complete('skein ls ob')).toEqual(['objects', 'observations'])
  expect(complete('skein inbox --state ha')).toEqual(['handed-back'])
})

it('knows no other shell', async () => {
  expectClearError(await skein(['completion', 'tcsh'], folder), 2, /Allowed choices are bash, zsh, fish/)
})
