import type { Memory, View } from '@skein/memory'

import { principals } from './programs.ts'
import type { Who } from './programs.ts'
import { factName, labelOf, targetName } from './verb-programs.ts'
import type { Life, Target, VerbStep } from './verb-programs.ts'

const hour = 3_600_000
const ttls: Readonly<Record<Life, number | undefined>> = {
  brief: 1,
  short: hour,
  long: 10 * hour,
  endless: undefined,
}

/** What a record would have if it were about somebody, and lived so long. */
const metaOf = (label: number, subject: number | undefined, life: Life): object => ({
  ...labelOf(label),
  ...(subject !== undefined && { subject: `s/${subject}` }),
  ...(ttls[life] !== undefined && { ttlMs: ttls[life] }),
})

/**
 * Runs the steps of a program about forgetting, holds, times to live and history in a memory. Results contain no times,
 * ids or versions.
 *
 * @returns a function that runs the next step.
 */
export function verbsOnMemory(memory: Memory): (step: VerbStep, at: number) => Promise<unknown> {
  const high = { ...principals.high, rights: ['erase', 'hold'] } as const
  const view = (who: Who): View => memory.as(who === 'high' ? high : principals[who])
  const clerk = memory.as({ id: 'clerk', role: 'r' })
  const marks: number[] = []
  const entries: string[] = []
  const holds = new Map<string, string[]>()

  /** Resolves to a time of the store after all that was written, and before all that will be. */
  const moment = async (): Promise<number> => {
    const write = async (): Promise<number> => Math.ceil((await clerk.facts.set('clerk', 0, { ttlMs: 1 })).updatedAt)
    const at = await write()
    while ((await write()) <= at + 1);
    return at
  }
  const markOf = (nth: number): number | undefined => marks[nth % Math.max(1, marks.length)]
  const ended = async (life: Life): Promise<void> => void (life === 'brief' && (await moment()))
  const whatIs = (target: Target): Parameters<View['forget']>[0] => {
    if (target.of === 'subject') return { subject: `s/${target.subject}` }
    if (target.of === 'fact') return `facts/${factName(target.key, target.label)}`
    return `observations/${entries[target.nth % Math.max(1, entries.length)] ?? 'none'}`
  }
  const lifeOf = (expiresAt: number | undefined, now: number): Life => {
    const left = (expiresAt ?? Infinity) - now
    return left > 20 * hour ? 'endless' : left > 2 * hour ? 'long' : 'short'
  }
  const listed = async (from: View): Promise<unknown> => {
    const { items } = await from.records.list({ collection: 'observations', limit: 1_000 })
    return items.map(({ id, author }) => [entries.indexOf(id), author])
  }

  const todo: { [Kind in VerbStep['do']]: (step: Extract<VerbStep, { do: Kind }>) => Promise<unknown> } = {
    set: async ({ who, key, label, value, subject, life }) => {
      await view(who).facts.set(factName(key, label), value, metaOf(label, subject, life))
      await ended(life)
      return 'set'
    },
    delete: ({ who, key, label }) => view(who).facts.delete(factName(key, label)),
    get: async ({ who, key, label }) => {
      const { facts, records } = view(who)
      const name = factName(key, label)
      const fact = await facts.read(name)
      const record = await records.get('facts', name)
      const cached = await facts.get(name)
      return [cached, fact?.author, record && lifeOf(record.expiresAt, view(who).now())]
    },
    touch: ({ who, key, label, life }) => view(who).facts.touch(factName(key, label), { ttlMs: ttls[life] ?? hour }),
    history: async ({ who, key, label }) =>
      (await view(who).facts.history(factName(key, label))).map(({ value, author, deleted }) => [
        deleted ? 'deleted' : value,
        author,
      ]),
    asOf: async ({ who, key, label, mark }) => {
      const asOf = markOf(mark)
      if (asOf === undefined) return 'no mark'
      const fact = await view(who).facts.read(factName(key, label), { asOf })
      return fact && [fact.value, fact.author]
    },
    log: async ({ who, label, subject, life }) => {
      const { id } = await view(who).observations.log({ value: 'noted', ...metaOf(label, subject, life) })
      entries.push(id)
      await ended(life)
      return 'logged'
    },
    'touch entry': ({ who, nth, life }) =>
      view(who).observations.touch(entries[nth % Math.max(1, entries.length)] ?? 'none', { ttlMs: ttls[life] ?? hour }),
    list: ({ who }) => listed(view(who)),
    'list as of': async ({ who, mark }) => {
      const asOf = markOf(mark)
      return asOf === undefined ? 'no mark' : listed(memory.as(view(who).principal, { asOf }))
    },
    diff: async ({ who, mark }) => {
      const since = markOf(mark)
      if (since === undefined) return 'no mark'
      const found: string[] = []
      for await (const difference of view(who).records.diff({ since })) {
        const { collection, id, change, before, after, reachesTo } = difference
        if (id === 'clerk' || collection === 'erasures') continue
        const name = collection === 'facts' ? id : `entry ${entries.indexOf(id)}`
        const values = collection === 'facts' ? [before?.value, after?.value, reachesTo !== undefined] : []
        found.push(JSON.stringify([name, change, ...values]))
      }
      return found.toSorted()
    },
    forget: async ({ who, target }) => (await view(who).forget(whatIs(target), { reason: 'asked' })).forgotten,
    hold: async ({ who, target }) => {
      const { id, held } = await view(who).holds.place(whatIs(target), { reason: 'a case' })
      const name = targetName(target)
      holds.set(name, [...(holds.get(name) ?? []), id])
      return held
    },
    release: async ({ who, target }) => {
      const ids = holds.get(targetName(target)) ?? []
      await view(who).holds.release(ids.at(-1) ?? 'none', { reason: 'settled' })
      holds.set(targetName(target), ids.slice(0, -1))
    },
    mark: async () => void marks.push(await moment()),
  }

  return async (step) => {
    try {
      return await todo[step.do](step as never)
    } catch (error) {
      const { code } = error as { code?: string }
      if (code === undefined) throw error
      return { code }
    }
  }
}
