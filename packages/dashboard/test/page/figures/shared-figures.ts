import { amount, duration, money, percent } from '../../../page/ui/amounts.ts'
import type { AuditLine, CommandCost, CommandFigures } from './command-figures.ts'
import type { Figure } from './describe-figures.ts'

/** Flocks number their agents. Others who read and write, such as the program that reads the files, are none. */
const numbered = /-\d+$/

/** The figures that every memory has. @param isAgent - Whom _Flock_ shows. */
export const sharedFigures = (isAgent = (id: string): boolean => numbered.test(id)): readonly Figure<unknown>[] => [
  {
    view: 'map',
    name: 'records in memory',
    command: 'skein stats',
    shown: (page) => page.summary('records in memory'),
    told: ({ stats }) => amount(Object.values(stats.records).reduce((sum, { count }) => sum + count, 0)),
  },
  {
    view: 'map',
    name: 'results reused',
    command: 'skein stats',
    shown: (page) => page.summary('results reused'),
    told: ({ stats }) => amount(stats.work.total.reused),
  },
  {
    view: 'map',
    name: 'reads of others’ work',
    command: 'skein audit',
    shown: (page) => page.summary('reads of others'),
    told: ({ audit }) => amount(total(readsOfOthers(audit))),
  },
  {
    view: 'map?table',
    name: 'reads of others’ work by agent',
    command: 'skein audit',
    shown: async (page) => {
      await page.openTable()
      return page.column('Agents', 'Read of others')
    },
    told: ({ audit }) => byAgent(readsOfOthers(audit).filter(({ agent }) => isAgent(agent))),
  },
  {
    view: 'map?table',
    name: 'writes by agent',
    command: 'skein tail',
    shown: async (page) => {
      await page.openTable()
      return page.column('Agents', 'Wrote')
    },
    told: ({ tail }) => writesOf(tail.filter(({ author }) => isAgent(author))),
  },
  {
    view: 'timeline',
    name: 'writes by agent',
    command: 'skein tail',
    shown: async (page) => {
      await page.openTable()
      return page.column('Reads, writes and reuses', 'Writes')
    },
    told: ({ tail }) => writesOf(tail),
  },
  {
    view: 'timeline',
    name: 'reads by agent',
    command: 'skein audit',
    shown: async (page) => {
      await page.openTable()
      return page.column('Reads, writes and reuses', 'Reads')
    },
    told: ({ audit }) => byAgent(hits(audit)),
  },
  {
    view: 'timeline',
    name: 'reuses',
    command: 'skein stats',
    shown: async (page) => {
      await page.openTable()
      return page.sum('Reuses')
    },
    told: ({ stats }) => stats.work.total.reused,
  },
  {
    view: 'inbox',
    name: 'questions that wait',
    command: 'skein stats',
    shown: async ({ page }) => (await page.locator('nav .badge').allTextContents()).map(Number),
    told: ({ stats: { escalations } }) => [escalations.open + escalations.taken].filter((count) => count > 0),
  },
  card('results reused', ({ reused, computed }) => [amount(reused), `${amount(computed)} computed`]),
  card('calls saved', ({ saved, used }) => [amount(saved.calls), `${amount(used.calls)} made`]),
  card('working time saved', ({ saved, used }) => [duration(saved.ms), `${duration(used.ms)} spent`]),
  card('tokens saved', ({ saved, used }) => [amount(tokens(saved)), `${amount(tokens(used))} used`]),
  card('money saved', ({ saved, used }) => [money(saved.usd ?? 0), `${money(used.usd ?? 0)} paid`]),
  {
    view: 'metrics',
    name: 'calls over time, added up',
    command: 'skein stats',
    shown: async (page) => {
      await page.unfold('Calls and rates as a table')
      const rows = await page.rows('Calls and rates as a table')
      return [1, 2].map((column) => rows.reduce((sum, cells) => sum + Number(cells[column]?.replaceAll(',', '')), 0))
    },
    told: ({ stats: { work } }) => [work.total.used.calls, work.total.saved.calls],
  },
  {
    view: 'metrics',
    name: 'completion time',
    command: 'skein tail claims/',
    shown: (page) => page.card('completion time'),
    told: (told) => {
      const durations = completions(told)
      const count = durations.length
      if (count === 0) return '—, no task completed yet'
      const at = (share: number): string => duration(durations[Math.max(0, Math.ceil(count * share) - 1)] ?? 0)
      return `${at(0.5)}, median of ${count} ${count === 1 ? 'task' : 'tasks'}, p95 ${at(0.95)}`
    },
  },
  {
    view: 'metrics',
    name: 'cache hit rate',
    // No command shows a process's cache: it ends with the process.
    command: 'GET /api/prometheus',
    shown: (page) => page.card('cache hit rate'),
    told: async (_, __, page) => {
      const [hit = 0, missed = 0, invalidated = 0] = await page.counters('hits', 'misses', 'invalidations')
      const rate = hit + missed === 0 ? 0 : hit / (hit + missed)
      return `${percent(rate)}, ${amount(hit)} hits, ${amount(invalidated)} invalidations`
    },
  },
]

function card(
  name: string,
  told: (work: CommandFigures['stats']['work']['total']) => readonly [string, string],
): Figure<unknown> {
  return {
    view: 'metrics',
    name,
    command: 'skein stats',
    // The share after the colon follows from the two numbers.
    shown: async (page) => (await page.card(name)).replace(/: .*% less$/, ''),
    told: ({ stats }) => told(stats.work.total).join(', '),
  }
}

/** Input and output tokens. */
export function tokens({ inputTokens, outputTokens }: CommandCost): number {
  return inputTokens + outputTokens
}

function hits(audit: readonly AuditLine[]): AuditLine[] {
  return audit.filter(({ action, outcome }) => action === 'read' && outcome === 'hit')
}

/** Reads of what another agent had written. */
function readsOfOthers(audit: readonly AuditLine[]): AuditLine[] {
  const nameOf = ({ collection, id }: AuditLine): string => `${collection}/${id}`
  // Before the reads: these have the time of the first of those that are told together, which may be before the write.
  const writes = audit.filter(({ action }) => action === 'write')
  const authors = new Map(writes.map((line) => [nameOf(line), line.agent]))
  return audit.filter((line) => {
    return line.action === 'read' && line.outcome === 'hit' && authors.get(nameOf(line)) !== line.agent
  })
}

function total(lines: readonly AuditLine[]): number {
  return lines.reduce((sum, { count }) => sum + count, 0)
}

function byAgent(lines: readonly AuditLine[]): Readonly<Record<string, number>> {
  return Object.fromEntries([...Map.groupBy(lines, ({ agent }) => agent)].map(([agent, all]) => [agent, total(all)]))
}

function writesOf(tail: CommandFigures['tail']): Readonly<Record<string, number>> {
  const writes = Map.groupBy(
    tail.filter(({ op }) => op === 'set'),
    ({ author }) => author,
  )
  return Object.fromEntries([...writes].map(([author, all]) => [author, all.length]))
}

/** From the first claim of each task to its release, in milliseconds, the shortest first. */
function completions({ tail }: CommandFigures): number[] {
  const since = new Map<string, number>()
  const found: number[] = []
  for (const { collection, id, op, at } of tail) {
    if (collection !== 'claims') continue
    if (op === 'set') since.set(id, since.get(id) ?? at)
    else found.push(at - (since.get(id) ?? at))
    if (op === 'delete') since.delete(id)
  }
  return found.toSorted((one, other) => one - other)
}
