import type { View } from '../../view.ts'
import { conflictOf } from './view-method.ts'
import type { ViewMethod } from './view-method.ts'

/** How agents and people work together. */
export const teamworkMethods: Readonly<Record<string, ViewMethod>> = {
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
  'alerts.touch': {
    shows: 'nothing',
    takes: 'labelled',
    attempt: async (view, { text, planted }) => [
      await view.alerts.send({ to: ['low', 'high'], insight: text }),
      await view.alerts.touch(planted.alert, { ttlMs: 1e9 }).catch(conflictOf),
    ],
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
  'escalations.touch': {
    shows: 'nothing',
    takes: 'labelled',
    attempt: async (view, { text, planted }) => [
      await view.escalations.touch((await view.escalations.open({ task: text, reason: text })).id, { ttlMs: 1e9 }),
      await view.escalations.touch(planted.escalation, { ttlMs: 1e9 }).catch(conflictOf),
    ],
  },
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
}

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
