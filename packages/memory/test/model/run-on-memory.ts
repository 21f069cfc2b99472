import { createHash } from 'node:crypto'

import type { Claim, Memory, JournalEntry, Ref } from '@skein/memory'

import { labels, principals, texts } from './programs.ts'
import type { ObjectName, Step, Who } from './programs.ts'

/**
 * Runs the steps of a program in a memory. Results contain no times, ids or
 * positions: new records are named after the step that made them.
 *
 * @returns a function that runs the next step.
 */
export function onMemory(memory: Memory): (step: Step, at: number) => Promise<unknown> {
  const view = (who: Who) => memory.as(principals[who])
  const objects = new Map<string, number>()
  const entries = new Map<string, number>()
  /** The ids of the entries under each label. */
  const logged = new Map<number, string[]>()
  const claims = new Map<number, { readonly who: Who; readonly claim: Claim }>()
  /** The same content under the same label is one object, named after the first step that made it. */
  const objectOf = (id: string): number | undefined => objects.get(id)
  const nameOf = ({ id }: JournalEntry): number | undefined => entries.get(id)

  const todo: { [Kind in Step['do']]: (step: Extract<Step, { do: Kind }>, at: number) => Promise<unknown> } = {
    set: async ({ who, key, label, value, at }) => {
      const ifVersion = { any: {}, absent: { ifVersion: 0 }, stale: { ifVersion: 1 } }[at]
      const { version } = await view(who).facts.set(keyOf(key, label), value, { ...labels[label], ...ifVersion })
      return version
    },
    delete: async ({ who, key, label }) => view(who).facts.delete(keyOf(key, label)),
    add: async ({ who, key, label }) => {
      const options = labels[label] ?? {}
      const { value, version } = await view(who).facts.update<number>(keyOf(key, label), (n = 0) => n + 1, options)
      return [value, version]
    },
    get: async ({ who, key, label }) => {
      const { facts } = view(who)
      const fact = await facts.read(keyOf(key, label))
      return [await facts.get(keyOf(key, label)), fact && [fact.value, fact.version, fact.author]]
    },
    log: async ({ who, label, text, task, tag }, at) => {
      const about = { task: `t${task}`, tags: [`tag${tag}`], ...labels[label] }
      const { id } = await view(who).observations.log({ value: texts[text], ...about })
      entries.set(id, at)
      logged.set(label, [...(logged.get(label) ?? []), id])
      return 'logged'
    },
    retract: async ({ who, label, nth }) => {
      const ids = logged.get(label) ?? []
      const { reason } = await view(who).observations.retract(ids[nth % ids.length] ?? 'none', `by ${who}`)
      return reason
    },
    list: async ({ who, task, tag, not, limit, include }) => {
      const filter = {
        include,
        ...(task !== undefined && { task: `t${task}` }),
        ...(tag !== undefined && { tags: [`tag${tag}`] }),
        ...(not !== undefined && { notAuthor: not }),
      }
      const pages: unknown[] = []
      let cursor: string | undefined
      do {
        const page = await view(who).observations.list({ ...filter, limit, ...(cursor !== undefined && { cursor }) })
        pages.push(page.items.map((item) => [nameOf(item), item.value, item.author, item.correction?.reason]))
        cursor = page.cursor
      } while (cursor !== undefined)
      return pages
    },
    search: async ({ who, text, task, include }) => {
      const filter = { include, ...(task !== undefined && { task: `t${task}` }) }
      const hits = await view(who).observations.search(texts[text] ?? '', { limit: 100, ...filter })
      return hits.map(({ item, score, snippet }) => [nameOf(item), score, snippet])
    },
    put: async ({ who, label, text, from }, at) => {
      const options = { ...labels[label], ...(from && { derivedFrom: [refOf(from)] }) }
      const ref = await view(who).objects.put(`${text}`, options)
      if (!objects.has(ref.id)) objects.set(ref.id, at)
      return objectOf(ref.id)
    },
    open: async ({ who, object }) => {
      const { objects: shelf } = view(who)
      return (await shelf.has(refOf(object))) && (await shelf.get(refOf(object)))
    },
    lineage: async ({ who, object, direction }) => {
      const nodes = await view(who).objects.lineage(refOf(object), { direction })
      return nodes.map(({ ref, author, distance }) => JSON.stringify([objectOf(ref.id), author, distance])).toSorted()
    },
    alert: async ({ who, label, to, text }) => view(who).alerts.send({ to: [to], insight: text, ...labels[label] }),
    pending: async ({ who }) => (await view(who).alerts.pending()).map(({ from, insight }) => [from, insight]),
    ack: async ({ who }) => {
      const { alerts } = view(who)
      const [first] = await alerts.pending()
      if (first) await alerts.ack(first.id)
      return first?.insight
    },
    claim: async ({ who, task }) => {
      const claim = await view(who).claims.claim(`t${task}`)
      if (claim) claims.set(task, { who, claim })
      return [claim !== undefined, (await view(who).claims.holder(`t${task}`))?.agent]
    },
    release: async ({ task }) => {
      await claims.get(task)?.claim.release()
      claims.delete(task)
    },
    declassify: async ({ who, key, label }) => {
      const { value, sensitivity } = await view(who).facts.declassify(keyOf(key, label), { reason: 'asked' })
      return [value, sensitivity]
    },
  }

  return async (step, at) => {
    try {
      return await todo[step.do](step as never, at)
    } catch (error) {
      const { code, expected, current } = error as { code?: string; expected?: number; current?: { version: number } }
      if (code === undefined) throw error
      return { code, ...(expected !== undefined && { expected, current: current?.version }) }
    }
  }
}

/** An object's handle, whether the object exists or not: anyone may guess it. */
function refOf({ text, label }: ObjectName): Ref<string> {
  const { sensitivity, compartments } = labels[label] ?? { sensitivity: 'public', compartments: [] }
  const suffix = label === 0 ? '' : `~${[sensitivity, ...compartments].join('+')}`
  const id = `${createHash('sha256').update(`${text}`).digest('hex')}${suffix}`
  return { id, size: 1, mediaType: 'text/plain' }
}

/** Facts of different labels have different keys, because the existence of a key is not secret. */
function keyOf(key: number, label: number): string {
  return `${label}/k${key}`
}
