/** The suite again, with the oldest release of the package that SkeinSaver extends. */
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

import { SkeinSaver } from '@skein/langgraph'
import { mapStore } from '@skein/memory'
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

describeSaver('SkeinSaver on the oldest LangGraph', () => mapStore(), false)
