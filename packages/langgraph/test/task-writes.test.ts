import { emptyCheckpoint } from '@langchain/langgraph-checkpoint'
import { SkeinSaver } from '@skein/langgraph'
import { mapStore, openMemory } from '@skein/memory'
import { faultyStore } from '@skein/memory/testing'
import { expect, it, onTestFinished } from 'vitest'

const config = { configurable: { thread_id: 'ann' } }

it('the writes of a task are stored with their values by one write to the store, also of tasks that end together', async () => {
  const { driver, faults } = faultyStore(mapStore())
  const memory = await openMemory({ store: driver })
  onTestFinished(() => memory.close())
  const saver = new SkeinSaver(memory.as({ id: 'graph', role: 'agent' }))
  const following = await saver.put(config, emptyCheckpoint(), { source: 'loop', step: 0, parents: {} }, {})
  const [long, short] = ['A long report. '.repeat(100), 'short']
  const tasks = Array.from({ length: 10 }, (_, at) => `task ${at}`)
  const end = faults.allow('write', tasks.length, { collection: 'facts' })
  const writesOf = (task: string): [string, string][] => [
    ['report', `${task}: ${long}`],
    ['shared', long],
    ['note', short],
  ]
  await Promise.all(tasks.map((task) => saver.putWrites(following, writesOf(task), task)))
  end()
  const tuple = await saver.getTuple(config)
  expect(tuple?.pendingWrites).toEqual(tasks.flatMap((task) => writesOf(task).map((write) => [task, ...write])))
})
