/**
 * A machine as an agent: it looks up a customer, asks a person when the discount
 * is above its limit, and continues in another process when this one ends. Here
 * two flocks on one memory stand in for the two processes.
 */
import { consoleNotifier, createFlock, durable, escalate } from '@skein/core'
import type { DurableDefinition, Flock } from '@skein/core'
import { mapStore, openMemory } from '@skein/memory'
import { assign, setup } from 'xstate'

interface Deal {
  readonly customer: string
  readonly discount: number
}

/** Named actors and guards let the machine be restored after a restart. */
const deal = (flock: Flock): DurableDefinition => {
  const { lookUp } = flock.activities<typeof import('./first-machine-activities.ts')>(
    new URL('./first-machine-activities.ts', import.meta.url),
  )
  const machine = setup({
    types: {} as { context: Deal & { paid: number; granted: boolean }; input: Deal; output: string },
    actors: { lookUp: lookUp.logic, askSales: escalate<{ granted: boolean }>() },
    guards: { isSmall: ({ context }) => context.discount <= 10 },
  }).createMachine({
    context: ({ input }) => ({ ...input, paid: 0, granted: true }),
    initial: 'lookingUp',
    states: {
      lookingUp: {
        invoke: {
          src: 'lookUp',
          input: ({ context }) => context.customer,
          onDone: { target: 'deciding', actions: assign({ paid: ({ event }) => event.output }) },
        },
      },
      deciding: { always: [{ guard: 'isSmall', target: 'decided' }, { target: 'asking' }] },
      asking: {
        invoke: {
          src: 'askSales',
          input: ({ context: { customer, discount, paid } }) => ({
            task: customer,
            reason: `${customer} has paid ${paid} so far, and ${discount} % is above my limit.`,
            question: `Grant ${customer} ${discount} %?`,
            assignedTo: 'sales',
          }),
          onDone: { target: 'decided', actions: assign({ granted: ({ event }) => event.output.granted }) },
        },
      },
      decided: { type: 'final' },
    },
    output: ({ context: { customer, discount, granted } }) =>
      `${customer}: ${granted ? `${discount} % granted` : 'no discount'}`,
  })
  return durable(machine, { name: 'deal' })
}

await using memory = await openMemory({ store: mapStore() })
const notifiers = [consoleNotifier({ write: (line) => console.log(line) })]

const monday = await createFlock({ memory, threads: 1, notifiers })
const small = await monday.spawnDurable(deal(monday), { id: 'deal/1', input: { customer: 'acme', discount: 5 } })
console.log(await small.done)
const isAsked = new Promise((resolve) => monday.on(({ type }) => type === 'escalation.opened' && resolve(true)))
await monday.spawnDurable(deal(monday), { id: 'deal/2', input: { customer: 'bolt', discount: 20 } })
await isAsked
await monday.drain({ timeoutMs: 0 })

const sales = memory.as({ id: 'sue', role: 'sales' }).escalations
const [question] = await sales.list({ state: 'open', assignedTo: 'sales' })
if (question) await sales.answer(question.id, { granted: true })

await using tuesday = await createFlock({ memory, threads: 1 })
const { resumed } = await tuesday.resume([deal(tuesday)])
for (const agent of resumed) console.log(await agent.done)
