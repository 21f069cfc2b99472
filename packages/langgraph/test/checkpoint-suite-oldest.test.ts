/** The suite again, with the oldest release of the package that SkeinSaver extends. */
import { SkeinSaver } from '@skein/langgraph'
import { mapStore } from '@skein/memory'
import { BaseCheckpointSaver } from 'langgraph-checkpoint-oldest'
import { expect, it, vi } from 'vitest'

import { describeSaver } from './checkpoint-suite.ts'

vi.mock('@langchain/langgraph-checkpoint', () => import('langgraph-checkpoint-oldest'))

it('the saver extends the class of the oldest LangGraph', () => {
  expect(SkeinSaver.prototype).toBeInstanceOf(BaseCheckpointSaver)
})

describeSaver('SkeinSaver on the oldest LangGraph', () => mapStore(), false)
