import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import { openMemory } from '@skein/memory'
import { sqliteStore } from '@skein/sqlite'
import { expect, it } from 'vitest'

import { expectClearError } from './expect-clear-error.ts'
import { skein } from './run-skein.ts'
import { folderForAll } from './sample-memory.ts'

const folder = folderForAll()

it('makes a memory that git leaves out and commands find, and says what to do next', async () => {
  const { code, stdout } = await skein(['init'], folder)
  expect(code).toBe(0)
  expect(stdout).toContain('The space "default" in .skein/memory.db is ready.')
  expect(stdout).toContain('skein run report.txt\n')
  expect(readFileSync(join(folder, '.skein', '.gitignore'), 'utf8')).toBe('*\n')
  expect((await skein(['ls'], folder)).stdout).toContain('The space "default" is empty.')
})

it('leaves a memory that exists as it is', async () => {
  const store = sqliteStore(join(folder, 'flock.db'))
  await using memory = await openMemory({ store, space: 'team' })
  await memory.as({ id: 'ann', role: 'sales' }).facts.set('price', 12)
  const args = ['--store', 'flock.db', '--space', 'team']
  expect(JSON.parse((await skein(['init', ...args, '--json'], folder)).stdout)).toEqual({
    store: 'flock.db',
    space: 'team',
  })
  expect((await skein(['init', ...args], folder)).stdout).toContain('skein dashboard --store flock.db --space team\n')
  expect((await skein(['get', 'facts', 'price', ...args], folder)).stdout).toContain('12')
})

it('refuses a store that ends with the process', async () => {
  expectClearError(await skein(['init', '--store', 'memory:'], folder), 2, /store.* outlives its process/)
})
