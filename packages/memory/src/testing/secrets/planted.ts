import type { Memory } from '../../memory.ts'
import { ReadScope } from '../../space/read-scope.ts'
import type { Principal } from '../../values/access.ts'
import type { View } from '../../view.ts'
import { plantedContext } from './knowledge-methods.ts'
import type { Planted } from './view-method.ts'
import { viewMethods } from './view-methods.ts'

/** Sees public records only, may hold them, sees who read and wrote them, and may give agents orders. */
export const low: Principal = { id: 'low', role: 'r', rights: ['audit', 'hold', 'control'] }
/** Sees everything. */
export const high: Principal = { ...low, id: 'high', clearance: { level: 'confidential', compartments: ['finance'] } }
/** The label of what is planted. */
export const secret = { sensitivity: 'confidential', compartments: ['finance'] } as const

/** The text in all planted records, the one in their names, and the one that is to be written by those who have read them. */
export const canaries = { planted: 'planted-canary-4711', named: 'named-canary-1147', taken: 'taken-canary-0815' }

/** Writes a record of each kind that only `high` may see, all with the canary. */
export async function plantSecrets(memory: Memory): Promise<Planted> {
  const { planted: text, named } = canaries
  const view = memory.as(high)
  const about = { task: `task of ${named}`, tags: [named], ...secret }
  const fact = `fact of ${named}`
  await view.facts.set(fact, text, about)
  // What is there now, all may see.
  const rewritten = 'rewritten'
  await view.facts.set(rewritten, text, about)
  await view.facts.set(rewritten, 'nothing to hide')
  const observation = await view.observations.log({ value: `planted ${text}`, ...about })
  const decision = await view.decisions.record({ decision: text, reasoning: text, ...about })
  const learning = await view.learnings.log({ signal: 'pattern', context: plantedContext, details: text, ...about })
  await view.alerts.send({ to: ['low', 'high'], insight: text, task: about.task, ...secret })
  const [alert] = await view.alerts.pending()
  const escalation = await view.escalations.open({ reason: text, question: text, ...about })
  await view.escalations.answer(escalation.id, text)
  const object = await view.objects.put(text, { title: text, ...about })
  using scope = new ReadScope()
  const tainted = memory.as(high, scope)
  await tainted.facts.get(fact)
  await tainted.claims.claim(about.task)
  await tainted.once(`work of ${named}`, () => text)
  await tainted.state<string>(`state of ${named}`, 60_000).change(() => ({ state: text, result: undefined }))
  const question = await memory.as(low).escalations.open({ task: 'public', reason: 'Anybody may answer.' })
  return {
    fact,
    rewritten,
    observation: observation.id,
    decision: decision.id,
    learning: learning.id,
    alert: alert?.id ?? '',
    escalation: escalation.id,
    object: object.id,
    task: about.task,
    work: `work of ${named}`,
    state: `state of ${named}`,
    openQuestion: question.id,
  }
}

/** Everything that a principal can read, by whatever method. */
export async function everythingSeenBy(view: View, planted: Planted): Promise<unknown> {
  const reads = Object.entries(viewMethods).filter(([, { takes }]) => takes === 'nothing')
  const all = reads.map(([, { attempt }]) => outcomeOf(() => attempt(view, { text: 'harmless', planted })))
  const questions = await view.escalations.list({ limit: 1_000 })
  const packages = questions.map(({ id }) => outcomeOf(() => view.escalations.package(id)))
  const state = outcomeOf(() => viewMethods['state']?.attempt(view, { text: 'harmless', planted }) as Promise<unknown>)
  return [questions, await Promise.all([...all, ...packages, state])]
}

/** A result, or what an error tells that the caller did not say: the names that it gave come back in messages. */
export async function outcomeOf(use: () => Promise<unknown>): Promise<unknown> {
  try {
    return await use()
  } catch (error) {
    return { ...(error as object), key: undefined, message: undefined }
  }
}

/** All that it says, to look for a text in it. */
export function textOf(got: unknown): string {
  return JSON.stringify(got) ?? ''
}
