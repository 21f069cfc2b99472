import type { VNode } from 'preact'

import type { RecordState } from '../../src/protocol/protocol.ts'
import { linkTo } from '../state/route.ts'
import { timestamp } from '../ui/amounts.ts'
import { Text } from '../ui/text.tsx'

const words: Readonly<Record<RecordState['kind'], string>> = {
  retracted: 'retracted',
  superseded: 'superseded',
  withdrawn: 'withdrawn',
  'in-doubt': 'in doubt',
  erased: 'erasure',
  hold: 'hold',
  released: 'released hold',
}

/** Says in a word that a record does not simply hold. */
export function StateBadge({ state }: { state: RecordState | undefined }): VNode | null {
  if (!state) return null
  // The space parts the words for those who hear them.
  return (
    <>
      <span class={`state-badge is-${state.kind}`}>{words[state.kind]}</span>{' '}
    </>
  )
}

/** Says why a record does not simply hold, and what does. */
export function StateNote({
  collection,
  state,
  now,
}: {
  collection: string
  state: RecordState | undefined
  now: number
}): VNode | null {
  if (!state || state.kind === 'erased' || state.kind === 'hold') return null
  const { author, at, reason, latest, because } = state
  return (
    <p class="state-note" role="note">
      <StateBadge state={state} />
      {author !== undefined && (
        <>
          by <Text of={author} maxLength={60} />
        </>
      )}
      {at !== undefined && <span class="muted"> {timestamp(at, now)}</span>}
      {reason !== undefined && (
        <>
          : <Text of={reason} maxLength={400} />
        </>
      )}
      {latest !== undefined && (
        <>
          {' '}
          <a href={linkTo('memory', [collection, latest])}>Show the valid record</a>
        </>
      )}
      {because?.map((name) => (
        <Cause key={name} name={name} />
      ))}
    </p>
  )
}

/** A corrected record behind a doubt, as `collection/id`. */
function Cause({ name }: { name: string }): VNode {
  const end = name.indexOf('/')
  return (
    <span>
      {' '}
      It rests on{' '}
      <a href={linkTo('memory', [name.slice(0, end), name.slice(end + 1)])}>
        <Text of={name} maxLength={60} />
      </a>
      , which holds no more.
    </span>
  )
}
