import { useSignal } from '@preact/signals'
import type { VNode } from 'preact'

import type { RecordDetail } from '../../src/protocol/protocol.ts'
import { timeShown } from '../state/page-state.ts'
import { timestamp } from '../ui/amounts.ts'
import { prettyJson } from '../ui/pretty-json.ts'
import { Text } from '../ui/text.tsx'
import { Unlisted } from '../ui/unlisted.tsx'
import { diffLines } from './diff-lines.ts'

const maxVersions = 100

/** The versions of a record, newest first, with a diff where both values are known. */
export function RecordHistory({ record: { history } }: { record: RecordDetail }): VNode {
  const opened = useSignal<number | undefined>(undefined)
  const now = timeShown()
  return (
    <section>
      <h3>Versions</h3>
      {history.length === 0 && <p class="hint">The feed no longer has its writes.</p>}
      <ol class="plain versions">
        {history.slice(0, maxVersions).map(({ version, author, at, value, isDeleted }, index) => {
          const before = history[index + 1]
          const hasDiff = value !== undefined && before?.value !== undefined
          return (
            <li key={version}>
              <b>{version}</b> <Text of={author} maxLength={60} />{' '}
              <span class="muted">
                {isDeleted === true && 'deleted it, '}
                {timestamp(at, now)}
              </span>{' '}
              {hasDiff && (
                <button
                  type="button"
                  aria-expanded={opened.value === version}
                  onClick={() => (opened.value = opened.value === version ? undefined : version)}
                >
                  Changes
                </button>
              )}
              {hasDiff && opened.value === version && <Diff before={before.value ?? ''} after={value} />}
            </li>
          )
        })}
      </ol>
      <Unlisted all={history.length} listed={maxVersions} one="version" />
    </section>
  )
}

const signs = { same: ' ', removed: '−', added: '+' } as const

function Diff({ before, after }: { before: string; after: string }): VNode {
  return (
    <pre class="diff" tabindex={0} role="region" aria-label="Changes">
      {diffLines(prettyJson(before), prettyJson(after)).map(({ change, text }, index) => (
        <span key={index} class={`line-${change}`}>
          {signs[change]} <bdi>{text.slice(0, 2_000)}</bdi>
          {'\n'}
        </span>
      ))}
    </pre>
  )
}
