import type { VNode } from 'preact'

import type { RunRow } from '../../src/protocol/protocol.ts'

const texts: Readonly<Record<RunRow['state'], string>> = {
  running: '◔ running',
  done: '✓ done',
  failed: '✕ failed',
  stopped: '■ stopped',
  lost: '? lost',
}

/** The state of a run as a word and a sign. */
export function RunState({ state }: Pick<RunRow, 'state'>): VNode {
  const title = state === 'lost' ? 'Its process ended before it reported the end of the run.' : undefined
  return (
    <span class={`run-state is-${state}`} title={title}>
      {texts[state]}
    </span>
  )
}
