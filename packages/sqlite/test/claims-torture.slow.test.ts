import type { Change, Store, StoredRecord } from '@skein/memory/store'
import { sqliteStore } from '@skein/sqlite'
import { expect, it, onTestFinished } from 'vitest'

import { ClaimingFlock } from './claiming-flock.ts'
import type { History } from './claiming-flock.ts'
import type { Begun, Done, Line } from './fixtures/claiming-process.ts'
import { temporaryPath } from './temporary.ts'

const tasks = Array.from({ length: 1_000 }, (_, index) => `t${index}`)
/** Short, so that the tasks of the dead are soon free. */
const leaseMs = 300

async function feedOf(store: Store): Promise<Change[]> {
  const feed: Change[] = []
  for (;;) {
    const { changes, trimmed } = await store.changes(feed.at(-1)?.seq ?? 0, 1_000)
    expect(trimmed).toBe(false)
    if (changes.length === 0) return feed
    feed.push(...changes)
  }
}

/** One fact of each task, as it stands. */
async function latestOf(store: Store, name: string): Promise<{ value: unknown; version: number }[]> {
  const keys = tasks.map((task) => ({ collection: 'facts', id: `${task}/${name}` }) as const)
  const records = (await store.read(keys)) as StoredRecord[]
  return records.map(({ value, version }) => ({ value: JSON.parse(value) as unknown, version }))
}

/** What the feed says. A taking is named by its task, fence and agent. */
interface ClaimLog {
  readonly takings: Set<string>
  /** Takings that were ended by their own agents. */
  readonly releases: Set<string>
  /** The taking under which each version of each fact was written. */
  readonly writes: Map<string, string>
  /** What must not happen. */
  readonly faults: string[]
}

/**
 * Goes through the feed, which has the changes of claims and facts in one order: the store's.
 *
 * @param killedAt - When the process of an agent was killed: from then on, others need not wait for its leases.
 */
function follow(feed: readonly Change[], killedAt: (agent: string) => number | undefined): ClaimLog {
  const log: ClaimLog = { takings: new Set(), releases: new Set(), writes: new Map(), faults: [] }
  const held = new Map<string, { readonly taking: string; readonly agent: string; readonly at: number }>()
  const newest = new Map<string, number>()
  for (const { collection, id, op, version, author: agent, seq, at } of feed) {
    const task = id.split('/')[0] ?? ''
    const holder = held.get(task)
    const fault = (what: string): void =>
      void log.faults.push(`${seq}: ${agent} ${what} ${id}, held by ${holder?.taking}`)
    if (collection === 'facts') {
      if (holder?.agent !== agent) fault('wrote')
      log.writes.set(`${id} ${version}`, holder?.taking ?? '')
      continue
    }
    if (version <= (newest.get(task) ?? 0)) fault(`reused fence ${version} of`)
    newest.set(task, version)
    if (op === 'delete') {
      if (holder?.agent !== agent) fault('gave back')
      log.releases.add(holder?.taking ?? '')
      held.delete(task)
    } else {
      // Both times are the store's, and a heartbeat only prolongs a lease.
      if (holder && at < Math.min(holder.at + leaseMs, killedAt(holder.agent) ?? Infinity))
        fault('took before its time')
      const taking = `${task} ${version} ${agent}`
      log.takings.add(taking)
      held.set(task, { taking, agent, at })
    }
  }
  return log
}

const takingOf = ({ task, fence, agent }: Line): string => `${task} ${fence} ${agent}`

/** What each agent of a process said, in order. */
function voicesOf({ lines }: History): Line[][] {
  return [...Map.groupBy(lines, ({ agent }) => agent).values()]
}

/** What an agent said of a task after it had stopped in it. */
function lateLines(lines: readonly Line[]): Line[] {
  return lines.filter((line, index) => {
    const stop = lines.slice(0, index).findLast(({ event }) => event === 'stopping')
    return stop && takingOf(stop) === takingOf(line)
  })
}

// Windows can't stop a process and let it go on.
it.skipIf(process.platform === 'win32')(
  '1,000 tasks claimed by two agents in each of 8 processes, killed and stopped at random, are each done once: no fence is given twice, no late write taken',
  { timeout: 300_000 },
  async () => {
    const path = temporaryPath()
    await using store = await sqliteStore(path).open('default', 'writer')
    let heard = 0
    let swept = 0
    const onLine = (): void => {
      heard += 1
      // No fence may come back when the record that had it is swept away.
      if (heard % 500 === 0) void store.sweep(1_000).then((rows) => (swept += rows))
    }
    const flock = new ClaimingFlock({ path, processes: 8, tasks: tasks.length, leaseMs, onLine })
    // Also when the time is up, which ends no `using`.
    onTestFinished(() => flock.kill())
    const histories = await flock.work()

    for (const { code, signal, stderr } of histories) {
      expect({ end: signal ?? code, stderr }).toEqual({ end: signal ? 'SIGKILL' : 0, stderr: '' })
    }
    const voices = histories.flatMap(voicesOf)
    const said = (event: Line['event']): Line[] => voices.flat().filter((line) => line.event === event)
    const deaths = new Map(
      histories.flatMap(({ lines, killedAt }) => lines.map(({ agent }) => [agent, killedAt] as const)),
    )
    const { takings, releases, writes, faults } = follow(await feedOf(store), (agent) => deaths.get(agent))
    expect(faults).toEqual([])

    // What agents were answered is true.
    const taken = said('taken')
    expect(new Set(taken.map(({ task, fence }) => `${task} ${fence}`)).size).toBe(taken.length)
    expect(taken.map(takingOf).filter((taking) => !takings.has(taking))).toEqual([])
    for (const line of said('written')) {
      expect([line.key, writes.get(`${line.key} ${line.version}`)]).toEqual([line.key, takingOf(line)])
    }

    // What is written and was never answered was under way when its agent died.
    const answered = new Set(said('written').map(({ key, version }) => `${key} ${version}`))
    const lastWords = voices.flatMap((lines) => lines.slice(-1))
    const underWay = lastWords.filter(({ event }) => event === 'writing').map((line) => `${line.key} ${takingOf(line)}`)
    const unanswered = [...writes].filter(([write]) => !answered.has(write))
    expect(underWay).toEqual(
      expect.arrayContaining(unanswered.map(([write, taking]) => `${write.split(' ')[0]} ${taking}`)),
    )

    // What was refused was refused for its fence, by agents that had really lost it.
    expect(said('refused').filter(({ code }) => code !== 'SKEIN_FENCE')).toEqual([])
    expect(said('refused').filter((line) => releases.has(takingOf(line)))).toEqual([])
    // Who stopped goes on when its task has another owner.
    const late = voices.flatMap(lateLines)
    expect(late.filter(({ event }) => event === 'written')).toEqual([])

    const done = await latestOf(store, 'done')
    const begun = await latestOf(store, 'begun')
    for (const [index, task] of tasks.entries()) {
      const fence = Number(writes.get(`${task}/done 1`)?.split(' ')[1])
      const value = { square: index ** 2, fence } satisfies Done
      expect([task, done[index]]).toEqual([task, { value, version: 1 }])
      // Each time was written once, over the time before.
      const times = begun[index]?.version ?? 0
      expect([task, begun[index]?.value]).toMatchObject([task, { times } satisfies Partial<Begun>])
    }

    // Without these nothing was proven.
    const holders = lastWords.filter(({ event }) => ['taken', 'stopping', 'writing', 'written'].includes(event))
    expect(holders.length).toBeGreaterThan(0)
    expect(late.filter(({ event }) => event === 'refused').length).toBeGreaterThan(0)
    expect(swept).toBeGreaterThan(0)
  },
)
