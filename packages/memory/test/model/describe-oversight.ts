import { createHash } from 'node:crypto'

import { openMemory } from '@skein/memory'
import type { Memory, Principal, View } from '@skein/memory'
import type { AuditEntry } from '@skein/memory/types'
import type { Label, StoreDriver } from '@skein/memory/store'
import fc from 'fast-check'
import { expect, it } from 'vitest'

import { labels, maySee, principals } from './programs.ts'
import type { Who } from './programs.ts'

/** A step that writes, or asks whatever looks over more than one record. */
type Step = { readonly who: Who } & (
  | { readonly do: 'set' | 'log' | 'claim' | 'read'; readonly key: number; readonly label: number }
  | { readonly do: 'ask' | 'answer' | 'package'; readonly key: number; readonly label: number }
  | { readonly do: 'once'; readonly key: number; readonly label: number }
  | { readonly do: 'audit' | 'feed' | 'ledger' | 'questions' | 'holders'; readonly key: number; readonly label: number }
)

const writes = ['set', 'log', 'claim', 'read', 'ask', 'answer', 'once'] as const
const looks = ['audit', 'feed', 'ledger', 'questions', 'holders', 'package'] as const
const everybody = Object.keys(principals) as Who[]

const step: fc.Arbitrary<Step> = fc.record({
  who: fc.constantFrom(...everybody),
  do: fc.constantFrom(...writes, ...writes, ...looks),
  key: fc.nat(2),
  label: fc.nat(labels.length - 1),
})

/**
 * Checks by random programs that escalations, the audit, the feed, claims, work that is
 * done once and its ledger show a principal the same, whatever others do above its
 * clearance.
 */
export function describeOversight(name: string, create: () => StoreDriver, runs: number): void {
  it(`${name}: whatever looks over the whole memory shows the same, whatever others do above the clearance`, async () => {
    const observer = fc.constantFrom(...everybody.filter((who) => who !== 'high'))
    const program = fc.asyncProperty(
      fc.array(step, { minLength: 1, maxLength: 40, size: 'max' }),
      observer,
      async (steps, who) => {
        const looking = looks.flatMap((one) => [0, 1, 2].map((key): Step => ({ who, do: one, key, label: key })))
        // Whoever looks leaves notes of what it saw, which depend on what it may see.
        const kept = steps.filter((one) => one.who === who || !isLook(one))
        const all = [...kept, ...looking]
        const without = all.filter((one) => one.who === who || !isAbove(one, who))
        expect(await seenBy(who, all, create())).toEqual(await seenBy(who, without, create()))
      },
    )
    await fc.assert(program, { numRuns: runs })
  })
}

function isLook({ do: kind }: Step): boolean {
  return (looks as readonly string[]).includes(kind)
}

/** Whether all that a step can leave behind is above the clearance of the observer. */
function isAbove({ who, do: kind, label }: Step, observer: Who): boolean {
  if (kind === 'once') return !maySee(observer, clearanceOf(who))
  // Claims are public, so that nobody takes a task twice; who looks leaves notes of what it saw, with that label.
  return ['set', 'log', 'ask', 'answer'].includes(kind) && !maySee(observer, labels[label] as Label)
}

function clearanceOf(who: Who): Label {
  const { clearance }: Principal = principals[who]
  return { sensitivity: clearance?.level ?? 'public', compartments: clearance?.compartments ?? [] }
}

/** What the observer got in all of its own steps, without times, positions and random ids. */
async function seenBy(observer: Who, steps: readonly Step[], store: StoreDriver): Promise<unknown> {
  await using memory = await openMemory({ store, sharedObjectBytes: 0 })
  const seen: unknown[] = []
  for (const one of steps) {
    const got = await outcomeOf(() => perform(memory, one))
    if (one.who === observer) seen.push([one.do, got])
  }
  return seen
}

async function perform(memory: Memory, { who, do: kind, key, label: index }: Step): Promise<unknown> {
  const view = memory.as({ ...principals[who], rights: ['audit'] })
  const label = labels[index] as Label
  const task = `t${key}`
  const question = { task, reason: `why ${key}, ${index}`, ...label }
  switch (kind) {
    case 'set':
      return (await view.facts.set(`${index}/k${key}`, key, label)).version
    case 'read':
      return (await view.facts.read(`${index}/k${key}`))?.value
    case 'log':
      await view.observations.log({ task, value: key, ...label })
      return 'logged'
    case 'claim':
      return (await view.claims.claim(task)) !== undefined
    case 'ask': {
      const { id, state, openedBy, answer } = await view.escalations.open(question)
      expect(id).toBe(idOf(question))
      return [state, openedBy, answer]
    }
    case 'answer': {
      return (await view.escalations.answer(idOf(question), who)).answer
    }
    case 'package': {
      const found = await view.escalations.package(idOf(question))
      const { escalation, timeline, isCut, facts, observations } = found
      const records = [...facts, ...observations].map(({ author, value }) => [author, value])
      return [escalation.reason, timeline.map(({ collection, author }) => [collection, author]), isCut, records]
    }
    case 'once': {
      const { value, reused } = await view.once(task, () => who)
      return [value, reused]
    }
    case 'audit':
      return sumOf(await Array.fromAsync(view.audit.entries()))
    case 'feed':
      return feedOf(view)
    case 'ledger':
      return Object.entries(await view.ledger()).map(([name, { computed, reused }]) => [name, computed, reused])
    case 'questions':
      return (await view.escalations.list()).map(({ task: of, reason, state, answer }) => [of, reason, state, answer])
    case 'holders':
      return (await view.claims.holder(task))?.agent
  }
}

/** The id of a question, which anybody may compute: to look for it would leave notes. */
function idOf({
  task,
  reason,
  sensitivity,
  compartments,
}: { readonly task: string; readonly reason: string } & Label): string {
  return createHash('sha256')
    .update(JSON.stringify([task, reason, sensitivity, compartments]))
    .digest('hex')
    .slice(0, 32)
}

/** Entries by who did what to which kind of record: the audit groups them by time. */
function sumOf(entries: readonly AuditEntry[]): unknown {
  const counts = new Map<string, number>()
  for (const { agent, action, outcome, collection, count } of entries) {
    // A miss of what is not there is noted for those cleared as whoever missed it, a miss of what is hidden for those who
    // may see that: an auditor must see no id above its clearance.
    if (outcome === 'miss') continue
    const name = [agent, action, outcome, collection].join(' ')
    counts.set(name, (counts.get(name) ?? 0) + count)
  }
  return [...counts].toSorted(([a], [b]) => (a < b ? -1 : 1))
}

async function feedOf(view: View): Promise<unknown> {
  const { entries } = await view.feed.read({ after: 0, limit: 1_000, withRecords: true, collections: shown })
  return entries.map((entry) =>
    entry.type === 'change'
      ? [entry.change.collection, entry.change.author, entry.change.op, entry.record?.text]
      : entry.type,
  )
}

const shown = ['facts', 'observations', 'escalations', 'claims'] as const

async function outcomeOf(use: () => Promise<unknown>): Promise<unknown> {
  try {
    return await use()
  } catch (error) {
    return (error as { code?: string }).code
  }
}
