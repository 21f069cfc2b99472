import type { VNode } from 'preact'

import type { ExportFormat } from '../../src/protocol/protocol.ts'
import { connection } from '../state/page-state.ts'
import { range } from '../timeline/timeline-window.ts'

const formats: readonly (readonly [ExportFormat, string])[] = [
  ['html', 'This page with the run in it'],
  ['jsonl', 'JSON lines'],
  ['trace', 'Chrome trace'],
]

/** A run to take along: all of it, or the stretch that is marked in the timeline. */
export function ExportMenu(): VNode | null {
  if (connection.value === 'file') return null
  const { from, to } = range.value ?? {}
  const window = from === undefined || to === undefined ? '' : `&since=${Math.floor(from)}&until=${Math.ceil(to)}`
  return (
    <details class="export">
      <summary>Export</summary>
      <ul class="plain">
        {formats.map(([format, words]) => (
          <li key={format}>
            <a href={`api/export?format=${format}${window}`} download>
              {words}
            </a>
          </li>
        ))}
        {window !== '' && <li class="hint">of the stretch that is marked</li>}
      </ul>
    </details>
  )
}
