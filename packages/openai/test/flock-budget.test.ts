import { createFlock } from '@skein/core'
import type { FlockEvent } from '@skein/core'
import { openaiModel } from '@skein/openai'
import { describe, expect, it, onTestFinished } from 'vitest'
import { assign, setup } from 'xstate'

import { openStore, startServer } from './open-shared.ts'

describe('an agent whose budget is used up', () => {
  it('is escalated to a person, and continues with what was computed', async () => {
    const [server, memory] = [await startServer(), await openStore()]
    const model = openaiModel({ model: 'gpt-test', baseURL: server.url })
    const open = async (calls: number) => {
      const flock = await createFlock({
        memory,
        model,
        threads: 1,
        budget: { id: 'the flock', calls },
        supervision: { onFailure: 'escalate' },
      })
      onTestFinished(() => flock.close())
      const url = new URL('./fixtures/asking.ts', import.meta.url)
      const { ask } = flock.activities<typeof import('./fixtures/asking.ts')>(url)
      const machine = setup({
        types: {} as { context: { answers: readonly string[] }; output: readonly string[] },
        actors: { ask: ask.logic },
      }).createMachine({
        context: { answers: [] },
        initial: 'first',
        states: {
          first: {
            invoke: {
              src: 'ask',
              input: 'One?',
              onDone: {
                target: 'second',
                actions: assign({ answers: ({ context, event }) => [...context.answers, event.output] }),
              },
            },
          },
          second: {
            invoke: {
              src: 'ask',
              input: 'Two?',
              onDone: {
                target: 'done',
                actions: assign({ answers: ({ context, event }) => [...context.answers, event.output] }),
              },
            },
          },
          done: { type: 'final' },
        },
        output: ({ context }) => context.answers,
      })
      return { flock, machine }
    }

    const poor = await open(1)
    const suspended = new Promise<FlockEvent>((resolve) =>
      poor.flock.on((event) => event.type === 'escalation.opened' && resolve(event)),
    )
    const failures: FlockEvent[] = []
    poor.flock.on((event) => event.type === 'agent.failed' && failures.push(event))
    const agent = poor.flock.spawn(poor.machine, { id: 'ann' })
    await suspended
    expect(failures).toMatchObject([
      {
        agent: 'ann',
        state: 'second',
        error: { code: 'SKEIN_BUDGET', budget: 'the flock', measure: 'calls', limit: 1 },
      },
    ])
    expect(agent.state).toBe('waiting')
    expect(server.reached).toHaveLength(1)
    await poor.flock.close()

    const richer = await open(2)
    expect(await richer.flock.spawn(richer.machine, { id: 'bob' }).done).toHaveLength(2)
    expect(server.reached).toHaveLength(2)
  })

  it('alone is limited by a budget of its own', async () => {
    const [server, memory] = [await startServer(), await openStore()]
    const flock = await createFlock({
      memory,
      model: openaiModel({ model: 'gpt-test', baseURL: server.url }),
      threads: 1,
    })
    onTestFinished(() => flock.close())
    const url = new URL('./fixtures/asking.ts', import.meta.url)
    const { ask } = flock.activities<typeof import('./fixtures/asking.ts')>(url)
    const asker = (text: string) =>
      setup({ actors: { ask: ask.logic } }).createMachine({
        initial: 'asking',
        states: { asking: { invoke: { src: 'ask', input: text, onDone: 'done' } }, done: { type: 'final' } },
      })
    const poor = flock.spawn(asker('Is this much?'), { budget: { tokens: 1 } })
    const rich = flock.spawn(asker('Is this little?'), { budget: { tokens: 100_000 } })
    await expect(poor.done).rejects.toMatchObject({ code: 'SKEIN_BUDGET', measure: 'tokens' })
    await rich.done
    expect(server.reached).toHaveLength(1)
  })
})
