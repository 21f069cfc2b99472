import { indexTerms, queryTerms } from '@skein/memory/store'
import type { Label } from '@skein/memory/store'

import { labels, maySee, principals, texts } from './programs.ts'
import type { ObjectName, Step, Who } from './programs.ts'

interface Fact {
  readonly label: Label
  /** Absent after a delete, when the versions continue. */
  readonly value: number | undefined
  readonly version: number
  readonly author: Who
}

interface Entry {
  readonly at: number
  readonly who: Who
  readonly label: Label
  readonly text: string
  readonly task: number
  readonly tag: number
  /** Why it holds no more. */
  retracted?: string
}

interface Made {
  readonly at: number
  readonly who: Who
  readonly label: Label
  readonly text: number
  sources: readonly number[]
}

const refused = { code: 'SKEIN_ACCESS' }

/**
 * A simple model of the results of a program: arrays that are scanned from end to
 * end. Searches return the found entries in no order.
 *
 * @param isSealed - Whether confidential records are sealed, so that no search finds them.
 */
export function onModel(isSealed: boolean): (step: Step, at: number) => unknown {
  const facts = new Map<string, Fact>()
  const entries: Entry[] = []
  const objects: Made[] = []
  let alerts: { readonly from: Who; readonly to: Who; readonly label: Label; readonly text: number }[] = []
  const claims = new Map<number, Who>()

  const visible = (who: Who, key: string): Fact | undefined => {
    const fact = facts.get(key)
    return fact && fact.value !== undefined && maySee(who, fact.label) ? fact : undefined
  }
  /** Whether the key holds a record that the writer may not see. */
  const isAbove = (who: Who, key: string): boolean => {
    const fact = facts.get(key)
    return fact?.value !== undefined && !maySee(who, fact.label)
  }
  const write = (who: Who, key: string, value: number | undefined, label: Label): number => {
    const version = (facts.get(key)?.version ?? 0) + 1
    facts.set(key, { label, value, version, author: who })
    return version
  }
  const named = ({ text, label }: ObjectName): Made | undefined =>
    objects.find((made) => made.text === text && sameLabel(made.label, labels[label] as Label))
  const sameLabel = (a: Label, b: Label): boolean => JSON.stringify(a) === JSON.stringify(b)

  const todo: { [Kind in Step['do']]: (step: Extract<Step, { do: Kind }>, at: number) => unknown } = {
    set: ({ who, key, label, value, at }) => {
      const name = `${label}/k${key}`
      const own = labels[label] as Label
      if (!maySee(who, own) || isAbove(who, name)) return refused
      const current = visible(who, name)?.version ?? 0
      const expected = { any: undefined, absent: 0, stale: 1 }[at]
      if (expected !== undefined && expected !== current) {
        return { code: 'SKEIN_VERSION_CONFLICT', expected, current: current || undefined }
      }
      return write(who, name, value, own)
    },
    delete: ({ who, key, label }) => {
      const name = `${label}/k${key}`
      if (!visible(who, name)) return false
      write(who, name, undefined, labels[label] as Label)
      return true
    },
    add: ({ who, key, label }) => {
      const name = `${label}/k${key}`
      const own = labels[label] as Label
      if (!maySee(who, own) || isAbove(who, name)) return refused
      const value = (visible(who, name)?.value ?? 0) + 1
      return [value, write(who, name, value, own)]
    },
    get: ({ who, key, label }) => {
      const fact = visible(who, `${label}/k${key}`)
      return [fact?.value, fact && [fact.value, fact.version, fact.author]]
    },
    log: ({ who, label, text, task, tag }, at) => {
      const own = labels[label] as Label
      if (!maySee(who, own)) return refused
      entries.push({ at, who, label: own, text: texts[text] ?? '', task, tag })
      return 'logged'
    },
    retract: ({ who, label, nth }) => {
      const ofLabel = entries.filter((entry) => sameLabel(entry.label, labels[label] as Label))
      const entry = ofLabel[nth % ofLabel.length]
      if (!entry || !maySee(who, entry.label)) return { code: 'SKEIN_NOT_FOUND' }
      if (entry.who !== who && !('rights' in principals[who])) return refused
      return (entry.retracted ??= `by ${who}`)
    },
    list: ({ who, task, tag, not, limit, include }) => {
      const found = entries
        .filter((entry) => maySee(who, entry.label) && (include === 'all' || entry.retracted === undefined))
        .filter((entry) => task === undefined || entry.task === task)
        .filter((entry) => tag === undefined || entry.tag === tag)
        .filter((entry) => not === undefined || entry.who !== not)
        .toReversed()
        .map(({ at, text, who: author, retracted }) => [at, text, author, retracted])
      const pages = Array.from({ length: Math.max(1, Math.ceil(found.length / limit)) }, (_, page) => page * limit)
      return pages.map((from) => found.slice(from, from + limit))
    },
    search: ({ who, text, task, include }) => {
      const terms = queryTerms(texts[text] ?? '')
      return entries
        .filter((entry) => maySee(who, entry.label) && (task === undefined || entry.task === task))
        .filter((entry) => include === 'all' || entry.retracted === undefined)
        .filter((entry) => !isSealed || entry.label.sensitivity !== 'confidential')
        .filter((entry) => indexTerms(entry.text).some((term) => terms.includes(term)))
        .map(({ at }) => at)
    },
    put: ({ who, label, text, from }, at) => {
      const own = labels[label] as Label
      const source = from && named(from)
      if (from && !source) return { code: 'SKEIN_NOT_FOUND' }
      if (source && !maySee(who, source.label)) return { code: 'SKEIN_NOT_FOUND' }
      const joined = source ? join(own, source.label) : own
      if (!maySee(who, joined)) return refused
      const known = objects.find((made) => made.text === text && sameLabel(made.label, joined))
      const made = known ?? { at, who, label: joined, text, sources: [] }
      if (!known) objects.push(made)
      if (source && source !== made) made.sources = [...new Set([...made.sources, source.at])]
      return made.at
    },
    open: ({ who, object }) => {
      const made = named(object)
      return made !== undefined && maySee(who, made.label) && `${made.text}`
    },
    lineage: ({ who, object, direction }) => {
      const start = named(object)
      if (!start || !maySee(who, start.label)) return { code: 'SKEIN_NOT_FOUND' }
      const seen = new Set([start])
      const nodes: unknown[] = []
      let frontier = [start]
      for (let distance = 1; frontier.length > 0; distance += 1) {
        frontier = objects.filter((made) => {
          const isNext = frontier.some((near) =>
            direction === 'sources' ? near.sources.includes(made.at) : made.sources.includes(near.at),
          )
          return isNext && !seen.has(made) && maySee(who, made.label)
        })
        for (const made of frontier) seen.add(made)
        nodes.push(...frontier.map((made) => [made.at, made.who, distance]))
      }
      return nodes.map((node) => JSON.stringify(node)).toSorted()
    },
    alert: ({ who, label, to, text }) => {
      const own = labels[label] as Label
      if (!maySee(who, own)) return refused
      alerts.push({ from: who, to, label: own, text })
      return undefined
    },
    pending: ({ who }) =>
      alerts.filter(({ to, label }) => to === who && maySee(who, label)).map(({ from, text }) => [from, text]),
    ack: ({ who }) => {
      const first = alerts.find(({ to, label }) => to === who && maySee(who, label))
      alerts = alerts.filter((alert) => alert !== first)
      return first?.text
    },
    claim: ({ who, task }) => {
      const isFree = !claims.has(task)
      if (isFree) claims.set(task, who)
      return [isFree, claims.get(task)]
    },
    release: ({ task }) => void claims.delete(task),
    declassify: ({ who, key, label }) => {
      const name = `${label}/k${key}`
      const fact = visible(who, name)
      if (!fact) return { code: 'SKEIN_NOT_FOUND' }
      if (!('rights' in principals[who])) return refused
      if (sameLabel(fact.label, labels[0] as Label)) return { code: 'SKEIN_OPTION' }
      write(who, name, fact.value, labels[0] as Label)
      return [fact.value, 'public']
    },
  }
  return (step, at) => todo[step.do](step as never, at)
}

function join(a: Label, b: Label): Label {
  const levels = ['public', 'internal', 'confidential'] as const
  const sensitivity = levels[Math.max(levels.indexOf(a.sensitivity), levels.indexOf(b.sensitivity))] ?? 'confidential'
  return { sensitivity, compartments: [...new Set([...a.compartments, ...b.compartments])].toSorted() }
}
