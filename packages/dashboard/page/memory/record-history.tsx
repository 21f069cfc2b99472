import { useSignal } from '@preact/signals'
import type { VNode } from 'preact'

import type { RecordDetail } from '../../src/protocol/protocol.ts'
import { timeShown } from '../state/page-state.ts'
import { moment } from '../ui/amounts.ts'
import { Text } from '../ui/text.tsx'
import { diffLines } from './diff-lines.ts'
import { readable } from './record-value.tsx'

const mostVersions = 100

/** The versions that the feed tells of, newest first; what changed, where both values are known. */
export function RecordHistory({ record: { history } }: { record: RecordDetail }): VNode {
  const opened = useSignal<number | undefined>(undefined)
  const now = timeShown()
  return (
    <section>
      <h3>Versions</h3>
      {history.length === 0 && <p class="hint">The feed no longer tells of its writes.</p>}
      <ol class="plain versions">
        {history.slice(0, mostVersions).map(({ version, author, at, value }, index) => {
          const before = history[index + 1]
          const hasDiff = value !== undefined && before?.value !== undefined
          return (
            <li key={version}>
              <b>{version}</b> <Text of={author} most={60} /> <span class="muted">{moment(at, now)}</span>{' '}
              {hasDiff && (
                <button
                  type="button"
                  aria-expanded={opened.value === version}
                  onClick={() => (opened.value = opened.value === version ? undefined : version)}
                >
                  What changed
                </button>
              )}
              {hasDiff && opened.value === version && <Diff before={before.value ?? ''} after={value} />}
            </li>
          )
        })}
      </ol>
    </section>
  )
}

const signs = { same: ' ', gone: '−', new: '+' } as const

function Diff({ before, after }: { before: string; after: string }): VNode {
  return (
    <pre class="diff" tabindex={0} role="region" aria-label="What changed">
      {diffLines(readable(before), readable(after)).map(({ change, text }, index) => (
        <span key={index} class={`line-${change}`}>
          {signs[change]} <bdi>{text.slice(0, 2_000)}</bdi>
          {'\n'}
        </span>
      ))}
    </pre>
  )
}
