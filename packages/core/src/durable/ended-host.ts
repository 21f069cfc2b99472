import type { Host, MakeHost } from '../machine/host.ts'
import type { Outcome } from '../owner/state-persister.ts'

/** Makes the host of an agent that ended in an earlier life: it only ends again, in the same way. */
export function endedHost(outcome: Outcome): MakeHost {
  const snapshot = outcome.type === 'done' ? { status: 'done', output: outcome.output } : { status: 'error' }
  return (life): Host => ({
    snapshot,
    types: undefined,
    takesOthers: true,
    takesAll: true,
    canTake: () => false,
    start: () => (outcome.type === 'failed' ? life.failed(outcome.error) : life.ended(snapshot.output)),
    take: () => {},
    stop: () => {},
    save: () => undefined,
    lastGood: undefined,
  })
}
