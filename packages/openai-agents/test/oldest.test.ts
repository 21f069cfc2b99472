/** The oldest Agents SDK that has sessions. */
import { Agent, Runner, tool } from 'agents-core-oldest'
import type { Model, Session } from 'agents-core-oldest'
import { mapStore, openMemory } from '@skein/memory'
import { memoryTools, SkeinSession } from '@skein/openai-agents'
import { expect, it, vi } from 'vitest'

vi.mock('@openai/agents-core', () => import('agents-core-oldest'))

it('runs with the sessions and tools', async () => {
  const memory = await openMemory({ store: mapStore() })
  const view = memory.as({ id: 'support', role: 'agent' })
  const session: Session = new SkeinSession(view, { sessionId: 'ann' })
  const answers = [
    {
      type: 'function_call',
      callId: '1',
      name: 'remember',
      arguments: '{"text":"Acme pays late."}',
      status: 'completed',
    },
    { type: 'message', role: 'assistant', status: 'completed', content: [{ type: 'output_text', text: 'Noted.' }] },
  ] as const
  let calls = 0
  const model = {
    getResponse: async () => ({ usage: {}, output: [answers[calls++]] }),
    getStreamedResponse: () => {
      throw new Error('not asked for')
    },
  } as unknown as Model
  expect(tool).toBeTypeOf('function')
  const agent = new Agent({ name: 'Writer', model, tools: memoryTools(view) as never })
  const { finalOutput } = await new Runner({
    tracingDisabled: true,
    modelProvider: { getModel: async () => model },
  }).run(agent, 'Note it.', { session })
  expect(finalOutput).toBe('Noted.')
  expect(await session.getItems()).toHaveLength(4)
  expect((await view.observations.list()).items).toMatchObject([{ value: 'Acme pays late.' }])
  await memory.close()
})
