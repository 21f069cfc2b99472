import type { LearningContext } from '../../kinds/learnings.ts'
import { joinLabels } from '../../values/access.ts'
import type { View } from '../../view.ts'

/** What a method of a view is tried with. */
export interface Attempt {
  /** The text that must not get out, to be put wherever the method takes a text of any kind. */
  readonly text: string
  /** Where the memory holds something above the clearance of whoever looks. */
  readonly planted: Planted
}

/** Names of sensitive records of each kind, and of public ones that anybody may use. */
export interface Planted {
  readonly fact: string
  readonly observation: string
  readonly decision: string
  readonly learning: string
  readonly alert: string
  readonly escalation: string
  readonly object: string
  readonly task: string
  readonly work: string
  readonly state: string
  /** An open escalation that everybody may see. */
  readonly openQuestion: string
}

/** What a method may show and take. */
export interface ViewMethod {
  readonly shows: Shows
  readonly takes: Takes
  /** Uses the method in every way that may show or take something; resolves to what it got. */
  attempt(view: View, attempt: Attempt): Promise<unknown>
}

/**
 * - `nothing`: no more than whether it was done.
 * - `records`: values and metadata of records that the clearance covers; what it does not cover is absent.
 * - `own`: only what this principal gave, or what was noted of itself.
 * - `positions`: positions and times, which count hidden records too.
 * - `audit`: what the clearance covers, for principals with the right `audit`.
 * - `administer`: for principals with the right `administer`, whatever their clearance.
 */
export type Shows = 'nothing' | 'records' | 'own' | 'positions' | 'audit' | 'administer'

/**
 * - `nothing`: it writes nothing.
 * - `labelled`: what it writes, names included, is as sensitive as all that was read.
 * - `lowered`: content under a lower label, for principals with the right `declassify`.
 * - `removed`: it only removes.
 * - `clearance`: what it writes is as sensitive as the whole clearance.
 */
export type Takes = 'nothing' | 'labelled' | 'lowered' | 'removed' | 'clearance'

const lowered = { reason: 'a test' }

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
  'learnings.declassify': {
    shows: 'records',
    takes: 'lowered',
    attempt: (view, { planted }) => view.learnings.declassify(planted.learning, lowered),
  },

  'alerts.send': {
    shows: 'nothing',
    takes: 'labelled',
    attempt: (view, { text }) => view.alerts.send({ to: ['low', 'high', text], insight: text, task: text }),
  },
  'alerts.pending': { shows: 'records', takes: 'nothing', attempt: (view) => view.alerts.pending() },
  'alerts.ack': {
    shows: 'nothing',
    takes: 'labelled',
    attempt: (view, { planted }) => view.alerts.ack(planted.alert),
  },
  'alerts.subscribe': {
    shows: 'records',
    takes: 'nothing',
    attempt: async (view) => {
      const seen: unknown[] = []
      const { promise, resolve } = Promise.withResolvers<void>()
      const stop = view.alerts.subscribe((alert) => {
        seen.push(alert)
        if (alert.insight === 'the last one') resolve()
      })
      await view.alerts.send({ to: [view.principal.id], insight: 'the last one' })
      await promise
      stop()
      return seen
    },
  },
  'claims.claim': {
    shows: 'own',
    takes: 'labelled',
    attempt: async (view, { text }) => {
      const claim = await view.claims.claim(text)
      return [claim?.task, claim?.fence]
    },
  },
  'claims.holder': {
    shows: 'records',
    takes: 'nothing',
    attempt: (view, { planted }) => view.claims.holder(planted.task),
  },

  'escalations.open': {
    shows: 'records',
    takes: 'labelled',
    attempt: (view, { text }) =>
      view.escalations.open({ task: text, reason: text, question: text, assignedTo: text, tags: [text] }),
  },
  'escalations.take': onEscalation((view, id) => view.escalations.take(id)),
  'escalations.release': onEscalation(async (view, id) => {
    await view.escalations.take(id)
    return view.escalations.release(id)
  }),
  'escalations.answer': onEscalation((view, id, text) => view.escalations.answer(id, { [text]: text })),
  'escalations.decline': onEscalation((view, id, text) => view.escalations.decline(id, text)),
  'escalations.handBack': onEscalation((view, id, text) => view.escalations.handBack(id, text)),
  'escalations.get': {
    shows: 'records',
    takes: 'nothing',
    attempt: (view, { planted }) => view.escalations.get(planted.escalation),
  },
  'escalations.list': { shows: 'records', takes: 'nothing', attempt: (view) => view.escalations.list() },
  'escalations.package': {
    shows: 'records',
    takes: 'nothing',
    attempt: async (view, { planted }) => [
      await view.escalations.package(planted.openQuestion),
      await view.escalations.package(planted.escalation),
    ],
  },
  'escalations.answered': {
    shows: 'records',
    takes: 'nothing',
    attempt: (view, { planted }) => view.escalations.answered(planted.escalation),
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
  'objects.lineage': {
    shows: 'records',
    takes: 'nothing',
    attempt: async (view, { planted }) => [
      await view.objects.lineage({ id: planted.object }, { direction: 'sources' }),
      await view.objects.lineage({ id: planted.object }, { direction: 'uses' }),
    ],
  },
  'objects.declassify': {
    shows: 'records',
    takes: 'lowered',
    attempt: (view, { planted }) =>
      view.objects.declassify({ id: planted.object, size: 0, mediaType: 'text/plain' }, lowered),
  },

  'audit.entries': { shows: 'audit', takes: 'nothing', attempt: (view) => Array.fromAsync(view.audit.entries()) },
  'audit.jsonLines': { shows: 'audit', takes: 'nothing', attempt: (view) => Array.fromAsync(view.audit.jsonLines()) },
  'audit.noteDisclosure': {
    shows: 'nothing',
    takes: 'labelled',
    attempt: async (view, { text }) => {
      const label = joinLabels([])
      view.audit.noteDisclosure({ to: text, work: text, objects: [text], label })
      view.audit.noteDisclosure({ to: text, work: text, objects: [text], label, refused: text })
    },
  },
  'records.list': {
    shows: 'records',
    takes: 'nothing',
    attempt: (view) =>
      Promise.all(
        (['facts', 'observations', 'claims', 'escalations', 'objects', 'work', 'alerts'] as const).map((collection) =>
          view.records.list({ collection }),
        ),
      ),
  },
  'records.get': {
    shows: 'records',
    takes: 'nothing',
    attempt: (view, { planted }) =>
      Promise.all([
        view.records.get('facts', planted.fact),
        view.records.get('escalations', planted.escalation),
        view.records.get('claims', planted.task),
      ]),
  },
  'records.search': {
    shows: 'records',
    takes: 'nothing',
    attempt: (view) => view.records.search('planted', { collection: 'observations' }),
  },
  'feed.read': {
    shows: 'records',
    takes: 'nothing',
    attempt: (view) => view.feed.read({ after: 0, limit: 1_000, withRecords: true }),
  },
  'feed.last': { shows: 'positions', takes: 'nothing', attempt: (view) => view.feed.last() },
  'feed.mark': { shows: 'positions', takes: 'nothing', attempt: async (view) => view.feed.mark() },
  'feed.untilNews': {
    shows: 'positions',
    takes: 'nothing',
    attempt: (view) => view.feed.untilNews(view.feed.mark(), AbortSignal.timeout(10)).catch(() => {}),
  },

  'agents.load': { shows: 'records', takes: 'nothing', attempt: (view) => view.agents.load() },
  'agents.save': {
    shows: 'nothing',
    takes: 'clearance',
    attempt: async (view, { text }) => {
      const claim = await view.claims.claim(`agent/${text}`)
      if (!claim) return
      const outgoing = [{ to: text, message: text, id: text }]
      await view.agents.save({ definition: text, status: 'active', state: text, claim, outgoing })
      await claim.release()
    },
  },
  'agents.post': {
    shows: 'own',
    takes: 'labelled',
    attempt: async (view, { text }) => [
      await view.agents.post({ to: 'low', message: text }),
      await view.agents.post({ to: 'low', message: text, id: text, label: joinLabels([]) }),
    ],
  },
  'agents.mail': { shows: 'records', takes: 'nothing', attempt: (view) => view.agents.mail() },
  'agents.onMail': {
    shows: 'administer',
    takes: 'nothing',
    attempt: async (view) => view.agents.onMail(() => {})(),
  },
  'agents.list': { shows: 'administer', takes: 'nothing', attempt: (view) => view.agents.list() },
}

/** The context of the planted learning. */
export const plantedContext: LearningContext = { industry: 'retail' }

/** Steps of an escalation show it, and may be taken on one that is less sensitive than what was read. */
function onEscalation(step: (view: View, id: string, text: string) => Promise<unknown>): ViewMethod {
  return {
    shows: 'records',
    takes: 'labelled',
    attempt: async (view, { text, planted }) => [
      await step(view, planted.openQuestion, text),
      await step(view, planted.escalation, text).catch(conflictOf),
    ],
  }
}

/** What an error shows beside its message, which repeats what the caller said. */
function conflictOf(error: unknown): unknown {
  return error !== null && typeof error === 'object' && 'current' in error ? error.current : undefined
}
