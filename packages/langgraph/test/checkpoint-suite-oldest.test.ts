/** The suite again, with the oldest release of the package that SkeinSaver extends. */
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

import { SkeinSaver, SkeinStore } from '@skein/langgraph'
import { mapStore, openMemory } from '@skein/memory'
import * as oldest from 'langgraph-checkpoint-oldest'
import { expect, it, vi } from 'vitest'

import { describeSaver } from './checkpoint-suite.ts'

vi.mock('@langchain/langgraph-checkpoint', () => import('langgraph-checkpoint-oldest'))

it('the saver extends the class of the oldest LangGraph', () => {
  expect(SkeinSaver.prototype).toBeInstanceOf(oldest.BaseCheckpointSaver)
})

it('the oldest LangGraph has every name that the sources import', () => {
  const cwd = join(import.meta.dirname, '../src')
  const sources = globSync('*.ts', { cwd }).map((file) => readFileSync(join(cwd, file), 'utf8'))
  const names = sources.flatMap((text) =>
    Array.from(text.matchAll(/^import \{([^}]*)\} from '@langchain\/langgraph-checkpoint'/gm), ([, list = '']) =>
      list.split(',').map((name) => name.trim()),
    ).flat(),
  )
  expect(names).toContain('BaseStore')
  expect(Object.keys(oldest)).toEqual(expect.arrayContaining(names))
})

it('the store works as one of the oldest LangGraph', async () => {
  const memory = await openMemory({ store: mapStore() })
  const store = new SkeinStore(memory.as({ id: 'graph', role: 'tester' }))
  expect(store).toBeInstanceOf(oldest.BaseStore)
  await store.put(['users', 'ann'], 'taste', { likes: 'pizza' })
  expect(await store.get(['users', 'ann'], 'taste')).toMatchObject({ value: { likes: 'pizza' } })
  expect(await store.search(['users'], { query: 'pizza' })).toMatchObject([{ key: 'taste' }])
  expect(await store.listNamespaces({ prefix: ['users'] })).toEqual([['users', 'ann']])
  await store.delete(['users', 'ann'], 'taste')
  expect(await store.get(['users', 'ann'], 'taste')).toBeNull()
  await memory.close()
})

describeSaver('SkeinSaver on the oldest LangGraph', () => mapStore(), false)
