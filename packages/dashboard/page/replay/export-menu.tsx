import type { VNode } from 'preact'

import type { ExportFormat } from '../../src/protocol/protocol.ts'
import { markedRange } from '../state/marked-range.ts'
import { connection } from '../state/page-state.ts'

const formats: readonly (readonly [ExportFormat, string])[] = [
  ['html', 'This page with its data'],
  ['jsonl', 'JSON lines'],
  ['trace', 'Chrome trace'],
]

/** Downloads the run, or the period that is marked in the timeline. */
export function ExportMenu(): VNode | null {
  if (connection.value === 'file') return null
  const { from, to } = markedRange.value ?? {}
  const window = from === undefined || to === undefined ? '' : `&since=${Math.floor(from)}&until=${Math.ceil(to)}`
  return (
    <details class="export">
      <summary>Export</summary>
      <ul class="plain">
        {formats.map(([format, title]) => (
          <li key={format}>
            <a href={`api/export?format=${format}${window}`} download>
              {title}
            </a>
          </li>
        ))}
        {window !== '' && <li class="hint">only the marked period</li>}
      </ul>
    </details>
  )
}
