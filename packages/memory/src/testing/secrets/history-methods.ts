import type { ViewMethod } from './view-method.ts'

/** What was: past versions, and what somebody could have known. */
export const historyMethods: Readonly<Record<string, ViewMethod>> = {
  'facts.history': {
    shows: 'records',
    takes: 'nothing',
    attempt: async (view, { planted }) => [
      await view.facts.history(planted.fact),
      await view.facts.history(planted.rewritten),
    ],
  },
  'decisions.knownAt': {
    shows: 'records',
    takes: 'nothing',
    attempt: (view, { planted }) => view.decisions.knownAt(planted.decision),
  },
}
