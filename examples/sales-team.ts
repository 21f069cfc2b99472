/**
 * A sales team that shares one memory. Outreach finds prospects, research enriches
 * them, and sales prepares pitches from both and from the lessons of earlier
 * pitches. A budget alert stops one deal; another deal is escalated to a person and
 * continues with the answer. In the end one prospect asks to be forgotten.
 *
 * Run it: `node examples/sales-team.ts`
 *
 * @module
 */

import { mapStore, openMemory } from '@skein/memory'
import type { View } from '@skein/memory'
import { erasureOf } from '@skein/memory/runtime'

await using memory = await openMemory({ store: mapStore() })

const clearance = { level: 'internal' } as const
const outreach = memory.as({ id: 'olga', role: 'outreach', clearance })
const research = memory.as({ id: 'ravi', role: 'research', clearance })
const finance = memory.as({ id: 'fay', role: 'finance', clearance: { level: 'internal', compartments: ['finance'] } })
const support = memory.as({ id: 'sam', role: 'support', clearance })
const sellers = ['sue', 'sid'].map((id) => memory.as({ id, role: 'sales', clearance }))
const person = memory.as({
  id: 'petra',
  role: 'head of sales',
  clearance: { level: 'confidential', compartments: ['finance'] },
})

const deals = ['acme', 'bolt', 'crux'] as const
type Deal = (typeof deals)[number]

/** Looking up a company costs a call. It is made once, whoever asks. */
function lookUp(who: View, deal: Deal): Promise<{ value: { employees: number }; reused: boolean }> {
  return who.once(`company/v1/${deal}`, async ({ reportUsage }) => {
    reportUsage({ outputTokens: 500 })
    return { employees: { acme: 120, bolt: 15, crux: 2_000 }[deal] }
  })
}

function say(who: View, what: string): void {
  console.log(`${who.principal.id.padEnd(6)} (${who.principal.role}) ${what}`)
}

// Lessons of two earlier pitches, to shops of two sizes.
await person.learnings.log({
  signal: 'success',
  context: { industry: 'retail', size: 'small' },
  details: 'Shops like to see their own figures.',
})
await person.learnings.log({
  signal: 'failure',
  context: { industry: 'retail', size: 'large' },
  details: 'Chains do not read long letters.',
})

// Outreach and research work on the same prospects, and pay for each look-up once.
for (const deal of deals) {
  const subject = `prospect/${deal}`
  const lead = { task: deal, value: `${deal} asked for a demo`, tags: ['lead'], importance: 0.6 }
  await outreach.observations.log({ ...lead, subject })
  await lookUp(outreach, deal)
  const { value: company, reused } = await lookUp(research, deal)
  say(research, `knows the size of ${deal}${reused ? ', which olga had looked up' : ''}`)
  const size = company.employees > 1_000 ? 'large' : 'small'
  await research.facts.set(
    `prospect/${deal}`,
    { industry: 'retail', size, employees: company.employees },
    { task: deal, subject },
  )
}

// Only finance may see its own facts.
await finance.facts.set('credit/acme', { limit: 50_000 }, { compartments: ['finance'] })
say(support, `asks for the credit of acme and gets: ${String(await support.facts.get('credit/acme'))}`)

// Sellers claim deals, so that no two sell the same one, and prepare pitches.
const notes = await Promise.all(deals.map((deal, index) => pitch(sellers[index % sellers.length] as View, deal)))
for (const { who, text } of notes) say(who, text)

// The client bolt has lost its budget: an alert reaches every seller.
await finance.alerts.send({
  to: [{ role: 'sales' }],
  insight: { hold: 'bolt', why: 'the budget was cut' },
  task: 'bolt',
  subject: 'prospect/bolt',
})
for (const seller of sellers) {
  for (const { id, insight, from } of await seller.alerts.pending<{ hold: Deal; why: string }>()) {
    const about = { subject: `prospect/${insight.hold}` }
    await seller.facts.update<string[]>(`on-hold/${insight.hold}`, (by = []) => [...by, seller.principal.id], about)
    say(seller, `holds ${insight.hold}: ${insight.why}, says ${from}`)
    await seller.alerts.ack(id)
  }
}

// Crux wants a discount that only a person may grant. Both sellers wait for the same answer.
const question = {
  task: 'crux',
  reason: 'The discount is above our limit.',
  question: 'Grant crux 20 %?',
  assignedTo: 'petra',
}
const waiting = sellers.map(async (seller) => {
  const { id } = await seller.escalations.open(question)
  const { answer } = await seller.escalations.answered<{ granted: number }>(id)
  say(seller, `goes on with crux at ${answer?.granted} % off`)
})
const [open] = await until(() => person.escalations.list({ state: 'open', assignedTo: 'petra' }))
if (open) {
  const { observations, decisions } = await person.escalations.package(open.id)
  say(person, `reads ${observations.length} observation and ${decisions.length} decision on crux`)
  await person.escalations.take(open.id)
  await person.escalations.answer(open.id, { granted: 15 })
}
await Promise.all(waiting)

const { company: lookUps } = await memory.ledger()
console.log(
  `\n${lookUps?.computed} companies looked up, ${lookUps?.reused} times reused: ${lookUps?.saved.outputTokens} tokens saved\n`,
)

// Bolt asks to be forgotten. All that is about it goes, whoever made it; what stays says who asked and how much went.
const officer = memory.as({ id: 'otto', role: 'privacy', clearance, rights: ['erase'] })
const { forgotten, id: erasure = '' } = await officer.forget(
  { subject: 'prospect/bolt' },
  { reason: 'Bolt asked for it.' },
)
const counts = Object.entries(forgotten).map(([kind, count]) => `${kind} ${count}`)
await officer.forgetWork('company/v1/bolt')
say(officer, `forgets bolt: ${counts.toSorted().join(', ')}`)
const found = await sellers[0]?.observations.search('bolt')
const kept = await officer.records.get('erasures', erasure)
const { reason } = erasureOf(kept?.value)
say(officer, `finds ${found?.length} entries on bolt, and a record of the erasure by ${kept?.author}: ${reason}`)

/** Prepares a pitch from the lead, the enriched facts and the lessons of similar cases. */
async function pitch(who: View, deal: Deal): Promise<{ who: View; text: string }> {
  await using claim = await who.claims.claim(deal)
  if (!claim) return { who, text: `leaves ${deal}: somebody has it` }
  const { value: company } = await lookUp(who, deal)
  const facts = await who.facts.get<{ industry: string; size: string }>(`prospect/${deal}`)
  const { success, failure } = await who.learnings.relevant({
    industry: facts?.industry ?? '',
    size: facts?.size ?? '',
  })
  const best = [...success, ...failure].toSorted((a, b) => b.matches - a.matches)[0]
  const reasoning = String(best?.item.value.details)
  // What is made from facts about a prospect is about it as well.
  await who.decisions.record({
    task: deal,
    decision: 'pitch',
    reasoning,
    derivedFrom: [`facts/prospect/${deal}`],
    claim,
  })
  return { who, text: `pitches ${deal} to ${company.employees} people. Learned: ${String(best?.item.value.details)}` }
}

async function until<Item>(ask: () => Promise<readonly Item[]>): Promise<readonly Item[]> {
  for (;;) {
    const items = await ask()
    if (items.length > 0) return items
    await new Promise((resolve) => setImmediate(resolve))
  }
}
