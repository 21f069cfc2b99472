import { hash } from 'node:crypto'

import type { Memory, View } from '@skein/memory'

import { entryName, factName, inAnyOrder, lineageLabels, objectName, words } from './lineage-programs.ts'
import type { Kind, LineageStep, LineageTarget, LogStep } from './lineage-programs.ts'
import { principals } from './programs.ts'
import type { Who } from './programs.ts'

/** Does something in the middle of the next erasure; resolves to whether it did, once the erasure has ended. */
export type InTheMiddle = (deed: () => Promise<void>, erasing: () => Promise<unknown>) => Promise<unknown>

/**
 * Runs the steps of a program about derived records, corrections, holds and forgetting in a memory. Results contain no
 * times, ids or versions.
 *
 * @returns a function that runs the next step.
 */
export function lineageOnMemory(
  memory: Memory,
  inTheMiddle: InTheMiddle,
): (step: LineageStep, at: number) => Promise<unknown> {
  const high = { ...principals.high, rights: ['erase', 'hold', 'correct'] } as const
  const view = (who: Who): View => memory.as(who === 'high' ? high : principals[who])
  const clerk = memory.as({ id: 'clerk', role: 'r' })
  /** All that was ever made and can be picked, by its name here. */
  const made = new Map<string, { readonly label: number; readonly source: string }>()
  const names = new Map<string, string>()
  const holds = new Map<string, string[]>()

  const note = (name: string, source: string, label?: number): void => {
    names.set(source, name)
    if (label !== undefined) made.set(name, { label, source })
  }
  const nameOf = (source: string): string => names.get(source) ?? source
  const pick = (label: number, nth: number): readonly [name: string, source: string] | undefined => {
    const some = [...made].filter(([, one]) => one.label === label)
    const found = some[nth % some.length]
    return found && [found[0], found[1].source]
  }
  const options = ({ label, text, subject, from }: Pick<LogStep, 'label' | 'text' | 'subject' | 'from'>) => {
    const some = [...made.values()].filter((one) => one.label <= label)
    const derivedFrom = [...new Set(from.flatMap((nth) => some[nth % some.length]?.source ?? []))]
    const about = subject === undefined ? {} : { subject: `s/${subject}` }
    return { ...lineageLabels[label], ...about, derivedFrom, tags: [`text${text}`] }
  }
  const write = ({ observations, decisions, learnings }: View, kind: Kind, text: string, more: object) => {
    if (kind === 'decisions') return decisions.record({ task: 't', decision: text, reasoning: 'so', ...more })
    if (kind === 'learnings') return learnings.log({ signal: 'success', context: {}, details: text, ...more })
    return observations.log({ value: text, ...more })
  }
  const log = async (step: LogStep, at: number, nth = 0): Promise<string> => {
    const { id } = await write(view(step.who), step.kind, `a ${words[step.text]}`, options(step))
    note(entryName(step.kind, at, nth), `${step.kind}/${id}`, step.label)
    return 'logged'
  }
  const whatIs = (target: LineageTarget): Parameters<View['forget']>[0] => {
    if (target.of === 'subject') return { subject: `s/${target.subject}` }
    if (target.of === 'author') return { author: target.author }
    if (target.of === 'text') return { tags: [`text${target.text}`] }
    return pick(target.label, target.nth)?.[1] ?? 'observations/none'
  }
  const shownName = (name: string, corrected: ReadonlyMap<string, string>): string =>
    name.startsWith('alerts/') ? `alerts of ${corrected.get(name)}` : nameOf(name)

  const todo: {
    [Step in LineageStep['do']]: (step: Extract<LineageStep, { do: Step }>, at: number) => Promise<unknown>
  } = {
    log: (step, at) => log(step, at),
    bulk: async ({ count, ...step }, at) => {
      const more = options(step)
      const first = await write(view(step.who), 'observations', `a ${words[step.text]}`, more)
      const rest = await Promise.all(
        Array.from({ length: count - 1 }, () => write(view(step.who), 'observations', `a ${words[step.text]}`, more)),
      )
      const all = [first, ...rest].toSorted((a, b) => a.seq - b.seq)
      for (const [n, { id }] of all.entries()) {
        note(entryName('observations', at, n), `observations/${id}`, n === 0 ? step.label : undefined)
      }
      return 'logged'
    },
    set: async ({ key, who, ...step }) => {
      const name = factName(step.label, key)
      const { key: id } = await view(who).facts.set(name.slice('facts/'.length), `a ${words[step.text]}`, options(step))
      note(name, `facts/${id}`, step.label)
      return 'set'
    },
    put: async ({ who, ...step }) => {
      const { id } = await view(who).objects.put(words[step.text], options(step))
      note(objectName(step.label, step.text), id, step.label)
      return 'put'
    },
    delete: ({ who, label, key }) => view(who).facts.delete(factName(label, key).slice('facts/'.length)),
    retract: async ({ who, label, nth }) => {
      const [name = 'facts/', source = ''] = pick(label, nth) ?? []
      const kind = name.slice(0, name.indexOf('/')) as Kind
      if (kind === 'facts') return 'none'
      if (kind === 'objects') await view(who).objects.retract({ id: source }, 'wrong')
      else await view(who)[kind].retract(source.slice(source.indexOf('/') + 1), 'wrong')
      return 'retracted'
    },
    supersede: async ({ who, label, nth }, at) => {
      const [name = '', source = ''] = pick(label, nth) ?? []
      if (!name.startsWith('observations/')) return 'none'
      const id = source.slice('observations/'.length)
      const next = { value: `a ${words[0]}`, tags: ['text0'], ...lineageLabels[label] }
      const entry = await view(who).observations.supersede(id, next)
      note(entryName('observations', at), `observations/${entry.id}`, label)
      return 'superseded'
    },
    confirm: async ({ who, label, nth }) => {
      const [, source] = pick(label, nth) ?? []
      if (source === undefined) return 'none'
      await view(who).corrections.confirm(source)
      return 'confirmed'
    },
    forget: async ({ who, target, derived, meanwhile, beside }, at) => {
      const what = whatIs(target)
      const { items } = await view('high').records.list({ collection: 'alerts', limit: 1_000 })
      const corrected = new Map(items.map(({ id, value }) => [`alerts/${id}`, aboutOf(value, nameOf)]))
      const wrote: unknown[] = []
      const besides = async (): Promise<void> => {
        for (let n = 0; n < beside; n += 1) {
          const { id } = await clerk.observations.log({ value: 'beside' })
          note(entryName('observations', at, 100 + n), `observations/${id}`)
        }
      }
      const deed = async (): Promise<void> => {
        for (const [nth, step] of meanwhile.entries()) wrote.push(step && (await attempt(() => log(step, at, nth))))
      }
      const forgetting = inTheMiddle(deed, () => view(who).forget(what, { reason: 'asked', derived }))
      // Where nothing is written in the middle, at the same time; else the order would be another each time.
      if (meanwhile.length === 0) await Promise.allSettled([forgetting, besides()])
      else await Promise.allSettled([forgetting]).then(besides)
      const { forgotten, contents, left } = (await forgetting) as Awaited<ReturnType<View['forget']>>
      return {
        forgotten,
        contents,
        left: [...new Set(left.map((name) => shownName(name, corrected)))].toSorted(),
        wrote,
      }
    },
    hold: async ({ who, target, derived }) => {
      const { id, held } = await view(who).holds.place(whatIs(target), { reason: 'a case', derived })
      const name = JSON.stringify(target)
      holds.set(name, [...(holds.get(name) ?? []), id])
      return held
    },
    release: async ({ who, target }) => {
      const ids = holds.get(JSON.stringify(target)) ?? []
      await view(who).holds.release(ids.at(-1) ?? 'none', { reason: 'settled' })
      holds.set(JSON.stringify(target), ids.slice(0, -1))
      return 'released'
    },
    list: async ({ who, kind, include, limit }) => {
      const pages: (readonly unknown[])[] = []
      let cursor: string | undefined
      do {
        const given = { collection: kind, include, limit, ...(cursor !== undefined && { cursor }) }
        const page = await view(who).records.list(given)
        pages.push(
          page.items.map(({ id, value, author, derivedFrom, correction, doubts = [] }) => {
            const own = kind === 'objects' ? id : `${kind}/${id}`
            const { state, count } = value as { readonly state?: string; readonly count?: number }
            const about =
              kind === 'alerts' ? [aboutOf(value, nameOf), count] : kind === 'corrections' ? state : nameOf(own)
            const causes = doubts.map((name) => nameOf(name.replace(/^objects\//, '')))
            return [about, author, derivedFrom.map(nameOf).toSorted(), correction?.state ?? false, causes.toSorted()]
          }),
        )
        cursor = page.cursor
      } while (cursor !== undefined)
      return kind === 'alerts' ? [pages.length, ...inAnyOrder(pages.flat())] : pages
    },
    search: async ({ who, text, include, limit }) => {
      const found = await view(who).records.search(words[text] ?? '', { include, limit })
      const all = found.map(({ collection, id }) => nameOf(`${collection}/${id}`))
      return all.length === limit ? limit : all.toSorted()
    },
    open: async ({ who, text, label }) => {
      const sha = hash('sha256', words[text] ?? '')
      const ref = { id: `${sha}${['', '~internal', '~confidential'][label]}`, size: 3, mediaType: 'text/plain' }
      const { objects } = view(who)
      return (await objects.has(ref)) && objects.get(ref)
    },
    erasures: async ({ who }) => {
      const { items } = await view(who).records.list({ collection: 'erasures', limit: 1_000 })
      return items.map(({ author, value }) => {
        const { derived, forgotten, contents } = value as { derived: string; forgotten: object; contents: number }
        return [author, derived, forgotten, contents]
      })
    },
  }
  return (step, at) => attempt(() => todo[step.do](step as never, at))
}

/** The name of what was corrected, from the value of an alert. */
function aboutOf(value: unknown, nameOf: (source: string) => string): string {
  const { corrected } =
    (value as { readonly insight?: { readonly corrected: string } }).insight ??
    (value as { readonly corrected: string })
  return nameOf(corrected.replace(/^objects\//, ''))
}

async function attempt(act: () => Promise<unknown>): Promise<unknown> {
  try {
    return await act()
  } catch (error) {
    const { code } = error as { code?: string }
    if (code === undefined) throw error
    return { code }
  }
}
