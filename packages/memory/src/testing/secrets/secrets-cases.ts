import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import type { Memory } from '../../memory.ts'
import { ReadScope } from '../../space/read-scope.ts'
import type { Principal } from '../../values/access.ts'
import type { View } from '../../view.ts'
import { freshMemory } from '../memory/fresh-memory.ts'
import type { StoreContractOptions } from '../store-contract-options.ts'
import { plantedContext, viewMethods } from './view-methods.ts'
import type { Planted } from './view-methods.ts'

const low: Principal = { id: 'low', role: 'r', rights: ['audit'] }
const high: Principal = { ...low, id: 'high', clearance: { level: 'confidential', compartments: ['finance'] } }
const declassifier: Principal = { ...high, id: 'head', rights: ['audit', 'declassify'] }

const secret = { sensitivity: 'confidential', compartments: ['finance'] } as const

/** The text in all records above the clearance of `low`, and the text that `high` writes after reading one. */
const canaries = { planted: 'planted-canary-4711', taken: 'taken-canary-0815' }

const asWhoLooks = ['here', 'as another process'] as const

/** Every public method of a view: nobody sees what is above the clearance, and nobody makes it less sensitive. */
export function secretsCases(options: StoreContractOptions): void {
  const fresh = freshMemory(options, { architecture: 'hybrid' })
  let planted: Planted
  let other: Memory

  beforeEach(async () => {
    planted = await plant(fresh.memory)
    other = await fresh.another()
  })
  afterEach(() => other.close())

  it('of which there is a list that names all methods', () => {
    expect(methodsOf(fresh.memory.as(low)).toSorted()).toEqual(Object.keys(viewMethods).toSorted())
  })

  describe.each(Object.entries(viewMethods))('%s', (name, { shows, takes, attempt }) => {
    it.each(asWhoLooks)('shows nothing above the clearance, %s', async (where) => {
      const memory = where === 'here' ? fresh.memory : other
      const got = await outcomeOf(() => attempt(memory.as(low), { text: 'harmless', planted }))
      expect(textOf(got)).not.toContain(canaries.planted)
    })

    if (shows === 'records')
      it('notes the label of what it shows', async () => {
        using scope = new ReadScope()
        const got = await outcomeOf(() => attempt(fresh.memory.as(high, scope), { text: 'harmless', planted }))
        if (!textOf(got).includes(canaries.planted)) return
        expect(scope.label).toEqual(secret)
      })

    if (takes !== 'nothing' && takes !== 'removed')
      it('takes nothing that a less cleared principal sees, after a secret was read', async () => {
        using scope = new ReadScope()
        const view = fresh.memory.as(high, scope)
        expect(await view.facts.get(planted.fact)).toContain(canaries.planted)
        await outcomeOf(() => attempt(view, { text: canaries.taken, planted }))
        for (const memory of [fresh.memory, other]) {
          expect(textOf(await everythingSeenBy(memory.as(low), planted))).not.toContain(canaries.taken)
        }
        // Otherwise the search above would prove nothing.
        const found = textOf(await everythingSeenBy(other.as(high), planted)).includes(canaries.taken)
        expect(found).toBe(!keepNoText.has(name))
      })
  })

  it('lowers labels for those who may, and keeps the rest', async () => {
    using scope = new ReadScope()
    await fresh.memory.as(declassifier, scope).facts.declassify(planted.fact, { reason: 'It is known.' })
    const seen = textOf(await everythingSeenBy(fresh.memory.as(low), planted))
    expect(seen.split(canaries.planted).length - 1).toBeGreaterThan(0)
    expect(await fresh.memory.as(low).observations.list()).toEqual({ items: [] })
  })

  it('marks results of work that was joined while it ran, and errors', async () => {
    const go = Promise.withResolvers<void>()
    using first = new ReadScope()
    using second = new ReadScope()
    using third = new ReadScope()
    const begun = fresh.memory.as(high, first)
    const computing = begun.once('w', async () => {
      const found = await begun.facts.get(planted.fact)
      await go.promise
      return found
    })
    const joining = fresh.memory.as(high, second).once('w', () => 'not run')
    go.resolve()
    await Promise.all([computing, joining])
    expect(second.label).toEqual(secret)

    const failing = fresh.memory.as(high, first).once('f', () => Promise.reject(new Error(canaries.planted)))
    const failed = fresh.memory.as(high, third).once('f', () => 'not run')
    await Promise.allSettled([failing, failed])
    expect(third.label).toEqual(secret)
  })

  it('treats results of work outside of activities as if it had read all that it could', async () => {
    await fresh.memory.as(high).once('outside', () => canaries.planted)
    for (const memory of [fresh.memory, other]) {
      using scope = new ReadScope()
      await memory.as(high, scope).once('outside', () => 'not run')
      expect(scope.label).toEqual(secret)
    }
  })
}

/** Methods that write, but nothing of the text that they are tried with. */
const keepNoText = new Set([
  'alerts.ack',
  'decisions.declassify',
  'escalations.release',
  'escalations.take',
  'facts.declassify',
  'learnings.declassify',
  'objects.declassify',
  'observations.declassify',
])

/** Writes a record of each kind that only `high` may see, all with the canary. */
async function plant(memory: Memory): Promise<Planted> {
  const text = canaries.planted
  const view = memory.as(high)
  const about = { task: `task of ${text}`, tags: [text], ...secret }
  const fact = `fact of ${text}`
  await view.facts.set(fact, text, about)
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
  await tainted.once(`work of ${text}`, () => text)
  await tainted.state<string>(`state of ${text}`, 60_000).change(() => ({ state: text, result: undefined }))
  const question = await memory.as(low).escalations.open({ task: 'public', reason: 'Anybody may answer.' })
  return {
    fact,
    observation: observation.id,
    decision: decision.id,
    learning: learning.id,
    alert: alert?.id ?? '',
    escalation: escalation.id,
    object: object.id,
    task: about.task,
    work: `work of ${text}`,
    state: `state of ${text}`,
    openQuestion: question.id,
  }
}

/** Names of all public methods and accessors of a view, and of the objects that hang on it. */
function methodsOf(view: View): string[] {
  const parts = ['records', 'feed', 'agents']
  const hanging = Object.keys(view).filter((name) => name !== 'principal')
  const ofPart = (name: string): string[] => membersOf(view[name as keyof View]).map((member) => `${name}.${member}`)
  const own = membersOf(view).filter((name) => !parts.includes(name))
  return [...own, 'principal', ...[...hanging, ...parts].flatMap((name) => ofPart(name))]
}

function membersOf(part: object): string[] {
  const names = new Set<string>()
  for (let type: object = Object.getPrototypeOf(part); type !== Object.prototype; type = Object.getPrototypeOf(type)) {
    for (const name of Object.getOwnPropertyNames(type)) names.add(name)
  }
  // Kept for subclasses: TypeScript hides them from users.
  for (const hidden of ['constructor', 'author', 'append', 'find']) names.delete(hidden)
  return [...names]
}

/** Everything that a principal can read, by whatever method. */
async function everythingSeenBy(view: View, planted: Planted): Promise<unknown> {
  const reads = Object.entries(viewMethods).filter(([, { takes }]) => takes === 'nothing')
  const all = reads.map(([, { attempt }]) => outcomeOf(() => attempt(view, { text: 'harmless', planted })))
  const questions = await view.escalations.list({ limit: 1_000 })
  const packages = questions.map(({ id }) => outcomeOf(() => view.escalations.package(id)))
  const state = outcomeOf(() => viewMethods['state']?.attempt(view, { text: 'harmless', planted }) as Promise<unknown>)
  return Promise.all([...all, ...packages, state, questions])
}

/** A result, or what an error tells that the caller did not say: the names that it gave come back in messages. */
async function outcomeOf(use: () => Promise<unknown>): Promise<unknown> {
  try {
    return await use()
  } catch (error) {
    return { ...(error as object), key: undefined, message: undefined }
  }
}

function textOf(got: unknown): string {
  return JSON.stringify(got) ?? ''
}
