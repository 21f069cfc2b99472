import type { LearningContext } from '../../kinds/learnings.ts'
import { conflictOf, lowered } from './view-method.ts'
import type { ViewMethod } from './view-method.ts'

/** The context of the planted learning. */
export const plantedContext: LearningContext = { industry: 'retail' }

/** What agents know: facts, journals, objects. */
export const knowledgeMethods: Readonly<Record<string, ViewMethod>> = {
  'facts.peek': {
    shows: 'records',
    takes: 'nothing',
    attempt: async (view, { planted }) => {
      await view.facts.get(planted.fact)
      return view.facts.peek(planted.fact)
    },
  },
  'facts.get': { shows: 'records', takes: 'nothing', attempt: (view, { planted }) => view.facts.get(planted.fact) },
  'facts.read': {
    shows: 'records',
    takes: 'nothing',
    attempt: async (view, { planted }) => [
      await view.facts.read(planted.fact),
      await view.facts.read(planted.fact, { consistency: 'strong' }),
      await view.facts.read(planted.fact, { asOf: view.now() }),
    ],
  },
  'facts.getMany': {
    shows: 'records',
    takes: 'nothing',
    attempt: (view, { planted }) => view.facts.getMany([planted.fact]),
  },
  'facts.list': { shows: 'records', takes: 'nothing', attempt: (view) => view.facts.list() },
  'facts.touch': {
    shows: 'records',
    takes: 'labelled',
    attempt: async (view, { text, planted }) => [
      await view.facts.set(text, 1),
      await view.facts.touch(text, { ttlMs: 1e9 }),
      await view.facts.touch(planted.fact, { ttlMs: 1e9 }),
    ],
  },
  'facts.set': {
    shows: 'records',
    takes: 'labelled',
    attempt: async (view, { text, planted }) => [
      await view.facts.set(text, text, { task: text, tags: [text] }),
      await view.facts.set(planted.fact, text, { ifVersion: 77 }).catch(conflictOf),
    ],
  },
  'facts.update': {
    shows: 'records',
    takes: 'labelled',
    attempt: (view, { text }) => view.facts.update(`update/${text}`, () => text, { task: text, tags: [text] }),
  },
  'facts.delete': { shows: 'records', takes: 'removed', attempt: (view, { text }) => view.facts.delete(text) },
  'facts.declassify': {
    shows: 'records',
    takes: 'lowered',
    attempt: (view, { planted }) => view.facts.declassify(planted.fact, lowered),
  },
  'facts.search': {
    shows: 'records',
    takes: 'nothing',
    attempt: (view) => view.facts.search('planted'),
  },
  'facts.conflicts': {
    shows: 'records',
    takes: 'nothing',
    attempt: (view, { planted }) => view.facts.conflicts(planted.fact),
  },

  'observations.log': {
    shows: 'own',
    takes: 'labelled',
    attempt: (view, { text }) => view.observations.log({ value: text, task: text, tags: [text] }),
  },
  'observations.search': {
    shows: 'records',
    takes: 'nothing',
    attempt: (view) => view.observations.search('planted'),
  },
  'observations.list': { shows: 'records', takes: 'nothing', attempt: (view) => view.observations.list() },
  'observations.touch': {
    shows: 'nothing',
    takes: 'labelled',
    attempt: async (view, { text, planted }) => [
      await view.observations.touch((await view.observations.log({ value: text })).id, { ttlMs: 1e9 }),
      await view.observations.touch(planted.observation, { ttlMs: 1e9 }).catch(conflictOf),
    ],
  },
  'observations.get': {
    shows: 'records',
    takes: 'nothing',
    attempt: (view, { planted }) => view.observations.get(planted.observation, { include: 'all' }),
  },
  'observations.retract': {
    shows: 'records',
    takes: 'labelled',
    attempt: async (view, { text, planted }) => [
      await view.observations.retract((await view.observations.log({ value: text })).id, text),
      await view.observations.supersede(planted.observation, { id: 'none' }).catch(conflictOf),
    ],
  },
  'observations.supersede': {
    shows: 'own',
    takes: 'labelled',
    attempt: async (view, { text }) => {
      const { id } = await view.observations.log({ value: text })
      return view.observations.supersede(id, { value: text }, { reason: text })
    },
  },
  'observations.declassify': {
    shows: 'records',
    takes: 'lowered',
    attempt: (view, { planted }) => view.observations.declassify(planted.observation, lowered),
  },
  'decisions.record': {
    shows: 'own',
    takes: 'labelled',
    attempt: (view, { text }) => view.decisions.record({ task: text, decision: text, reasoning: text, tags: [text] }),
  },
  'decisions.list': { shows: 'records', takes: 'nothing', attempt: (view) => view.decisions.list() },
  'decisions.touch': {
    shows: 'nothing',
    takes: 'labelled',
    attempt: async (view, { text, planted }) => [
      await view.decisions.touch((await view.decisions.record({ task: text, decision: text, reasoning: text })).id, {
        ttlMs: 1e9,
      }),
      await view.decisions.touch(planted.decision, { ttlMs: 1e9 }).catch(conflictOf),
    ],
  },
  'decisions.get': {
    shows: 'records',
    takes: 'nothing',
    attempt: (view, { planted }) => view.decisions.get(planted.decision, { include: 'all' }),
  },
  'decisions.retract': {
    shows: 'records',
    takes: 'labelled',
    attempt: async (view, { text, planted }) => [
      await view.decisions.retract(
        (await view.decisions.record({ task: text, decision: text, reasoning: text })).id,
        text,
      ),
      await view.decisions.supersede(planted.decision, { id: 'none' }).catch(conflictOf),
    ],
  },
  'decisions.supersede': {
    shows: 'own',
    takes: 'labelled',
    attempt: async (view, { text }) => {
      const { id } = await view.decisions.record({ task: text, decision: text, reasoning: text })
      return view.decisions.supersede(id, { task: text, decision: text, reasoning: text }, { reason: text })
    },
  },
  'decisions.declassify': {
    shows: 'records',
    takes: 'lowered',
    attempt: (view, { planted }) => view.decisions.declassify(planted.decision, lowered),
  },
  'learnings.log': {
    shows: 'own',
    takes: 'labelled',
    attempt: (view, { text }) =>
      view.learnings.log({ signal: 'pattern', context: { [text]: text }, details: text, task: text }),
  },
  'learnings.relevant': {
    shows: 'records',
    takes: 'nothing',
    attempt: (view) => view.learnings.relevant(plantedContext),
  },
  'learnings.list': { shows: 'records', takes: 'nothing', attempt: (view) => view.learnings.list() },
  'learnings.touch': {
    shows: 'nothing',
    takes: 'labelled',
    attempt: async (view, { text, planted }) => [
      await view.learnings.touch((await view.learnings.log({ signal: 'pattern', context: {}, details: text })).id, {
        ttlMs: 1e9,
      }),
      await view.learnings.touch(planted.learning, { ttlMs: 1e9 }).catch(conflictOf),
    ],
  },
  'learnings.get': {
    shows: 'records',
    takes: 'nothing',
    attempt: (view, { planted }) => view.learnings.get(planted.learning, { include: 'all' }),
  },
  'learnings.retract': {
    shows: 'records',
    takes: 'labelled',
    attempt: async (view, { text, planted }) => [
      await view.learnings.retract(
        (await view.learnings.log({ signal: 'pattern', context: {}, details: text })).id,
        text,
      ),
      await view.learnings.supersede(planted.learning, { id: 'none' }).catch(conflictOf),
    ],
  },
  'learnings.supersede': {
    shows: 'own',
    takes: 'labelled',
    attempt: async (view, { text }) => {
      const { id } = await view.learnings.log({ signal: 'pattern', context: {}, details: text })
      return view.learnings.supersede(id, { signal: 'pattern', context: {}, details: text }, { reason: text })
    },
  },
  'learnings.declassify': {
    shows: 'records',
    takes: 'lowered',
    attempt: (view, { planted }) => view.learnings.declassify(planted.learning, lowered),
  },

  'objects.put': {
    shows: 'own',
    takes: 'labelled',
    attempt: async (view, { text }) => [
      await view.objects.put(text, { title: text, task: text, tags: [text] }),
      await view.objects.put({ [text]: text }),
    ],
  },
  'objects.get': {
    shows: 'records',
    takes: 'nothing',
    attempt: (view, { planted }) => view.objects.get({ id: planted.object, size: 0, mediaType: 'text/plain' }),
  },
  'objects.bytes': {
    shows: 'records',
    takes: 'nothing',
    attempt: async (view, { planted }) =>
      Buffer.from(await view.objects.bytes({ id: planted.object, size: 0, mediaType: 'text/plain' })).toString(),
  },
  'objects.has': {
    shows: 'records',
    takes: 'nothing',
    attempt: (view, { planted }) => view.objects.has({ id: planted.object }),
  },
  'objects.touch': {
    shows: 'nothing',
    takes: 'labelled',
    attempt: async (view, { text, planted }) => [
      await view.objects.touch(await view.objects.put(`touched ${text}`, { title: text }), { ttlMs: 1e9 }),
      await view.objects.touch({ id: planted.object }, { ttlMs: 1e9 }).catch(conflictOf),
    ],
  },
  'objects.lineage': {
    shows: 'records',
    takes: 'nothing',
    attempt: async (view, { planted }) => [
      await view.objects.lineage({ id: planted.object }, { direction: 'sources' }),
      await view.objects.lineage({ id: planted.object }, { direction: 'uses' }),
    ],
  },
  'objects.retract': {
    shows: 'records',
    takes: 'labelled',
    attempt: async (view, { text }) => view.objects.retract(await view.objects.put(`wrong ${text}`), text),
  },
  'objects.supersede': {
    shows: 'records',
    takes: 'labelled',
    attempt: async (view, { text }) => {
      const [wrong, right] = [await view.objects.put(`old ${text}`), await view.objects.put(`new ${text}`)]
      return view.objects.supersede(wrong, right, { reason: text })
    },
  },
  'corrections.of': {
    shows: 'records',
    takes: 'nothing',
    attempt: (view, { planted }) => view.corrections.of(`observations/${planted.observation}`),
  },
  'corrections.dependents': {
    shows: 'records',
    takes: 'nothing',
    attempt: (view, { planted }) => view.corrections.dependents(`observations/${planted.observation}`),
  },
  'corrections.doubts': {
    shows: 'records',
    takes: 'nothing',
    attempt: (view, { planted }) => view.corrections.doubts(`facts/${planted.fact}`),
  },
  'corrections.confirm': {
    shows: 'nothing',
    takes: 'labelled',
    attempt: async (view, { text }) => {
      const { id } = await view.observations.log({ value: text })
      await view.corrections.confirm(`observations/${id}`, { reason: text })
    },
  },
  'objects.declassify': {
    shows: 'records',
    takes: 'lowered',
    attempt: (view, { planted }) =>
      view.objects.declassify({ id: planted.object, size: 0, mediaType: 'text/plain' }, lowered),
  },
}
