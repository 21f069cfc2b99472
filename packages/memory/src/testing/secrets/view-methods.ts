import { historyMethods } from './history-methods.ts'
import { knowledgeMethods, plantedContext } from './knowledge-methods.ts'
import { oversightMethods } from './oversight-methods.ts'
import { teamworkMethods } from './teamwork-methods.ts'
import type { ViewMethod } from './view-method.ts'

/**
 * Every public method of a view and of what hangs on it, by name. A test compares the
 * names with the classes, so that no method can be added without saying here what it may
 * show and take.
 */
export const viewMethods: Readonly<Record<string, ViewMethod>> = {
  once: {
    shows: 'records',
    takes: 'clearance',
    attempt: async (view, { text, planted }) => [
      await view.once(planted.work, () => 'own'),
      await view.once(`note/${text}`, () => text, { task: text }),
    ],
  },
  transaction: {
    shows: 'records',
    takes: 'labelled',
    attempt: (view, { text, planted }) =>
      view.transaction(async (tx) => {
        const seen = [
          await tx.facts.read(planted.fact),
          await tx.facts.getMany([planted.fact]),
          await tx.facts.list(),
          await tx.facts.search('planted'),
          await tx.observations.list(),
          await tx.observations.search('planted'),
          await tx.decisions.list(),
          await tx.learnings.relevant(plantedContext),
          await tx.alerts.pending(),
          await tx.escalations.list(),
          await tx.objects.has({ id: planted.object }),
        ]
        await tx.facts.set(text, text, { task: text, tags: [text] })
        await tx.observations.log({ value: text, task: text })
        await tx.objects.put(text, { title: text })
        await tx.alerts.send({ to: ['low'], insight: text })
        return seen
      }),
  },
  forget: {
    shows: 'own',
    takes: 'labelled',
    attempt: async (view, { text, planted }) => {
      const { id } = await view.observations.log({ value: text })
      // Whoever sees what is planted must leave it there for the methods after this one.
      const isSeen = (await view.records.get('facts', planted.fact)) !== undefined
      const others = isSeen ? [] : [`facts/${planted.fact}`, `observations/${planted.observation}`]
      return view.forget([`observations/${id}`, ...others], { reason: text })
    },
  },
  'holds.place': {
    shows: 'own',
    takes: 'labelled',
    attempt: (view, { text }) => view.holds.place(`facts/${text}`, { reason: text }),
  },
  'holds.release': {
    shows: 'nothing',
    takes: 'labelled',
    attempt: async (view, { text }) => {
      const placed = await view.holds.place('facts/nothing', { reason: 'harmless' })
      await view.holds.release(placed.id, { reason: text })
    },
  },
  'holds.list': { shows: 'records', takes: 'nothing', attempt: (view) => view.holds.list({ state: 'any' }) },
  forgetWork: {
    shows: 'nothing',
    takes: 'nothing',
    attempt: async (view, { text, planted }) => {
      await view.forgetWork(planted.work)
      await view.forgetWork(`note/${text}`)
    },
  },
  label: { shows: 'own', takes: 'nothing', attempt: async (view) => view.label },
  readObjects: { shows: 'own', takes: 'nothing', attempt: async (view) => view.readObjects },
  principal: { shows: 'own', takes: 'nothing', attempt: async (view) => view.principal },
  now: { shows: 'positions', takes: 'nothing', attempt: async (view) => view.now() },
  waitFor: {
    shows: 'nothing',
    takes: 'nothing',
    attempt: (view, { text }) => view.waitFor(Promise.resolve(1), { chain: [text], anyOf: () => [] }),
  },
  state: {
    shows: 'records',
    takes: 'labelled',
    attempt: (view, { text, planted }) =>
      view.state<string>(planted.state, 60_000).change((state) => ({ state: text, result: state })),
  },
  ledger: { shows: 'records', takes: 'nothing', attempt: (view) => view.ledger() },
  noteRead: {
    shows: 'nothing',
    takes: 'nothing',
    attempt: async (view) => view.noteRead({ sensitivity: 'public', compartments: [] }),
  },
  watch: {
    shows: 'records',
    takes: 'nothing',
    attempt: async (view) => {
      const { last } = await view.feed.read({ after: 0, limit: 1 })
      const seen: unknown[] = []
      await view.facts.set('watched', 1)
      for await (const change of view.watch('', { after: 0 })) {
        seen.push(change)
        if (change.seq > last) return seen
      }
      return seen
    },
  },
  verify: { shows: 'administer', takes: 'nothing', attempt: (view) => Array.fromAsync(view.verify()) },

  ...knowledgeMethods,
  ...historyMethods,
  ...teamworkMethods,
  ...oversightMethods,
}
