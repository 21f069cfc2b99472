import type { ExportedRun } from '../../src/protocol/protocol.ts'

/** The run inlined in an exported file; `undefined` on a page that came from a server. */
export function exportedRun(): ExportedRun | undefined {
  const text = document.querySelector('script#exported-run')?.textContent
  return text ? (JSON.parse(text) as ExportedRun) : undefined
}
