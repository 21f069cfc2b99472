// An agent that asks a person and survives its process: run this, answer with the command, and run it again.
//     npx skein inbox --store agents.db
//     npx skein answer <id> yes --as eve --store agents.db
import { createFlock, durable, escalate } from '@skein/core'
import { openMemory } from '@skein/memory'
import { sqliteStore } from '@skein/sqlite'
import { assign, setup } from 'xstate'

const question = { task: 'refund/7', reason: 'It is above my limit.', question: 'Refund 900 €?' }
const machine = setup({
  types: {} as { context: { answer?: string } },
  actors: { ask: escalate<string>() },
}).createMachine({
  context: {},
  initial: 'asking',
  states: {
    asking: {
      invoke: {
        src: 'ask',
        input: question,
        onDone: { target: 'decided', actions: assign({ answer: ({ event }) => event.output }) },
      },
    },
    decided: { type: 'final' },
  },
  output: ({ context }) => `The answer is ${context.answer}.`,
})
const refund = durable(machine, { name: 'refund' })

const memory = await openMemory({ store: sqliteStore('agents.db') })
const flock = await createFlock({ memory })
const isAsked = new Promise((resolve) =>
  flock.on(({ type }) => type === 'escalation.opened' && resolve('A person is asked.')),
)
const { resumed } = await flock.resume([refund])
const agent = resumed[0] ?? (await flock.spawnDurable(refund, { id: 'refund/7' }))
console.log(await Promise.race([agent.done, isAsked]))
await flock.drain({ timeoutMs: 0 })
await memory.close()
