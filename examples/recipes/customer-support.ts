/**
 * Support answers what it knows, hands the rest over to a person, and knows the person's answer from then on.
 * Run it: `node examples/recipes/customer-support.ts`
 *
 * @module
 */

import { agent, createFlock } from '@skein/core'
import { mapStore, openMemory } from '@skein/memory'

const memory = await openMemory({ store: mapStore() })
const flock = await createFlock({ memory })
const pia = memory.as({ id: 'pia', role: 'support lead' })
await pia.observations.log({ task: 'answers', value: 'Reset your password at the login page: choose "Forgotten".' })

interface Ticket {
  readonly id: string
  readonly question: string
}

const answer = flock.activity(async ({ memory: view, signal }, { id, question }: Ticket) => {
  const [known] = await view.observations.search<string>(question, { task: 'answers', limit: 1 })
  if (known) return known.item.value
  // All that the flock knows of the ticket goes with the question: `escalations.package`.
  await view.observations.log({ task: id, value: `The customer asks: ${question}` })
  const { id: handOver } = await view.escalations.open({ task: id, reason: 'No answer is known.', question })
  const { state, answer: told } = await view.escalations.answered<string>(handOver, { signal })
  if (state !== 'answered') return 'We can\u2019t help with that.'
  await view.observations.log({ task: 'answers', value: told ?? '', derivedFrom: [`escalations/${handOver}`] })
  return told ?? ''
})
const desk = flock.spawn(agent({ role: 'support', on: { answer } }), { id: 'desk' })
const ask = (id: string, question: string): Promise<string> =>
  desk.ask({ type: 'answer', input: { id, question } }, { timeoutMs: Number.POSITIVE_INFINITY })

console.log('ticket/1:', await ask('ticket/1', 'How do I reset my password?'))

// Nobody knows this. Pia sees the question with all that belongs to it, and answers; `skein answer` and the dashboard do the same.
const waiting = ask('ticket/2', 'Do you ship to Norway?')
for await (const { op, id, collection } of pia.watch('escalations/', { after: 0 })) {
  if (op !== 'set' || collection !== 'escalations') continue
  const { escalation, observations } = await pia.escalations.package(id)
  console.log(`Pia reads: ${escalation.question} (${observations.length} note, from ${escalation.openedBy})`)
  await pia.escalations.answer(id, 'We ship to Norway within a week.')
  break
}
console.log('ticket/2:', await waiting)
console.log('ticket/3:', await ask('ticket/3', 'Is Norway shipped to?'))

await flock.close()
await memory.close()
