import type { WriteStream } from 'node:tty'

import { plainText, savedAgentOf } from '@skein/memory/runtime'
import type { AnyRecord } from '@skein/memory/runtime'

import type { AgentFinding, AgentFindings } from '../inspect/check-agents.ts'
import { countOf } from '../terminal/amounts.ts'
import { renderTable } from '../terminal/table.ts'
import { spanOf } from '../terminal/time-text.ts'
import { renderLabel } from './render-label.ts'
import { numberText } from '../terminal/number-text.ts'

/** Renders saved agents as a table. */
export function renderAgents(records: readonly AnyRecord[], now: number, stream: WriteStream): string {
  const columns = [
    { title: 'AGENT', of: ({ id }: AnyRecord) => id },
    { title: 'ROLE', of: (record: AnyRecord) => savedAgentOf(record).role },
    { title: 'DEFINITION', of: (record: AnyRecord) => savedAgentOf(record).definition },
    { title: 'STATUS', of: (record: AnyRecord) => savedAgentOf(record).status },
    { title: 'AGE', of: ({ updatedAt }: AnyRecord) => spanOf(now - updatedAt), align: 'right' },
    { title: 'LABEL', of: (record: AnyRecord) => renderLabel(record, '') },
  ] as const
  return [...renderTable(records, columns, stream), countOf(records.length, 'agent')].join('\n')
}

/** Renders what would become of saved agents: a table, then why each is refused. */
export function renderAgentFindings({ agents, hidden }: AgentFindings, file: string, stream: WriteStream): string {
  const columns = [
    { title: 'AGENT', of: ({ id }: AgentFinding) => id },
    { title: 'DEFINITION', of: ({ definition }: AgentFinding) => definition },
    { title: 'SAVED BY', of: ({ version }: AgentFinding) => (version === undefined ? '' : `version ${version}`) },
    { title: 'OUTCOME', of: ({ outcome }: AgentFinding) => outcome },
  ] as const
  const counts = (['resumes', 'migrates', 'refused', 'unknown'] as const).flatMap((outcome) => {
    const count = agents.filter((agent) => agent.outcome === outcome).length
    return count === 0 ? [] : [`${outcome} ${numberText(count)}`]
  })
  const unknown = [...new Set(agents.flatMap((one) => (one.outcome === 'unknown' ? [one.definition] : [])))]
  return [
    ...(agents.length === 0 ? [] : renderTable(agents, columns, stream)),
    ...agents.flatMap(({ id, problem }) => (problem === undefined ? [] : [plainText(`${id}: ${problem}`)])),
    ...unknown.map((name) => plainText(`${file} has no definition "${name}".`)),
    ...(hidden === 0 ? [] : [`${countOf(hidden, 'agent')} can't be read with this clearance and these keys.`]),
    [countOf(agents.length + hidden, 'agent'), ...counts].join(', '),
  ].join('\n')
}
