import type { WriteStream } from 'node:tty'

import type { AgentHostsReport, HostedDefinition } from '@skein/core/types'

import { renderTable } from '../terminal/table.ts'
import type { Column } from '../terminal/table.ts'

type Host = AgentHostsReport['hosts'][number]

/** Renders the hosts of agents, and what waits for them; empty where there are none. */
export function renderHosts({ hosts, definitions }: AgentHostsReport, stream: WriteStream): string {
  if (hosts.length === 0) return ''
  const ofHosts = renderTable(hosts, hostColumns, stream)
  return [...ofHosts, '', ...renderTable(definitions, definitionColumns, stream)].join('\n')
}

const hostColumns: readonly Column<Host>[] = [
  { title: 'host', of: ({ id }) => id },
  { title: 'agents', of: ({ running }) => String(running), align: 'right' },
  { title: 'at most', of: ({ cap }) => String(cap), align: 'right' },
  { title: 'refused', of: ({ refused }) => String(refused.length), align: 'right' },
  { title: '', of: ({ isDraining }) => (isDraining ? 'draining' : '') },
]

const definitionColumns: readonly Column<HostedDefinition>[] = [
  { title: 'definition', of: ({ name }) => name },
  { title: 'agents', of: ({ agents }) => String(agents), align: 'right' },
  { title: 'running', of: ({ running }) => String(running), align: 'right' },
  { title: 'waiting', of: ({ waiting }) => String(waiting), align: 'right' },
]
