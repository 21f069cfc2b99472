import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import type { Memory } from '../../memory.ts'
import { ReadScope } from '../../space/read-scope.ts'
import type { Principal } from '../../values/access.ts'
import type { View } from '../../view.ts'
import { freshMemory } from '../memory/fresh-memory.ts'
import type { StoreContractOptions } from '../store-contract-options.ts'
import { canaries, everythingSeenBy, high, low, outcomeOf, plantSecrets, secret, textOf } from './planted.ts'
import { viewMethods } from './view-methods.ts'
import type { Planted } from './view-method.ts'

const declassifier: Principal = { ...high, id: 'head', rights: ['audit', 'declassify'] }

const methods = Object.entries(viewMethods)
const showing = methods.filter(([, { shows }]) => shows === 'records')
const taking = methods.filter(([, { takes }]) => takes !== 'nothing' && takes !== 'removed')

const asWhoLooks = ['here', 'as another process'] as const

/** Every public method of a view: nobody sees what is above the clearance, and nobody makes it less sensitive. */
export function secretsCases(options: StoreContractOptions): void {
  const fresh = freshMemory(options, { architecture: 'hybrid', heartbeatMs: 100 })
  let planted: Planted
  let other: Memory

  beforeEach(async () => {
    planted = await plantSecrets(fresh.memory)
    other = await fresh.another()
  })
  afterEach(() => other.close())

  it('of which there is a list that names all methods', () => {
    expect(methodsOf(fresh.memory.as(low)).toSorted()).toEqual(Object.keys(viewMethods).toSorted())
  })

  describe.each(asWhoLooks)('%s', (where) => {
    it.each(methods)('%s shows nothing above the clearance', async (_, { attempt }) => {
      const memory = where === 'here' ? fresh.memory : other
      const got = await outcomeOf(() => attempt(memory.as(low), { text: 'harmless', planted }))
      expect(textOf(got)).not.toContain(canaries.planted)
      expect(textOf(got)).not.toContain(canaries.named)
    })
  })

  it.each(showing)('%s notes the label of what it shows', async (_, { attempt }) => {
    using scope = new ReadScope()
    const got = await outcomeOf(() => attempt(fresh.memory.as(high, scope), { text: 'harmless', planted }))
    const isShown = textOf(got).includes(canaries.planted)
    expect(isShown ? scope.label : secret).toEqual(secret)
  })

  it.each(taking)(
    '%s takes nothing that a less cleared principal sees, after a secret was read',
    async (name, { attempt }) => {
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
    },
  )

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

/** Names of all public methods and accessors of a view, and of the objects that hang on it. */
function methodsOf(view: View): string[] {
  const parts = ['records', 'feed', 'agents', 'control']
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
  for (const hidden of ['constructor', 'author', 'append', 'find', 'replace']) names.delete(hidden)
  return [...names]
}
