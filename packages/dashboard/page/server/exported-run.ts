import type { ExportedRun } from '../../src/protocol/protocol.ts'

/** The run that an exported file carries with it; nothing when this page came from a server. */
export function exportedRun(): ExportedRun | undefined {
  const text = document.querySelector('script#exported-run')?.textContent
  return text ? (JSON.parse(text) as ExportedRun) : undefined
}
