import type { Memory, Principal } from '@skein/memory'

/** Texts that are written: those about the person, and those that stay. */
const gone = [
  'entry',
  'first',
  'latest',
  'earlier',
  'object',
  'shared',
  'learning',
  'decision',
  'mail',
  'reason',
  'tag',
]
const stay = ['stays', 'present']
const goneTexts = gone.filter((word) => word !== 'shared').map((word) => `canary${word}`)

/** What a test looks for in the bytes of a store. */
export const canaries = { gone: goneTexts, stay, all: [...goneTexts, ...stay] } as const

/**
 * Writes records of all kinds about a person, and others that stay: derived ones, past versions, objects whose content
 * others have, too, corrections, mail.
 *
 * @param count - How many are about the person, about.
 */
export async function fillForErasure(memory: Memory, count: number): Promise<void> {
  const ann = memory.as({ id: 'ann', role: 'sales' })
  const boss = memory.as({ id: 'boss', role: 'sales', clearance: { level: 'confidential' } })
  const about = { subject: 'person/42' } as const
  // Large enough for the file to be cleaned by a thread of its own.
  const filler = 'lorem ipsum '.repeat(300)
  const entries = await Promise.all(
    Array.from({ length: count - 12 }, (_, n) =>
      (n % 3 === 0 ? boss : ann).observations.log({
        value: `zebra canaryentry ${n} ${n < 100 ? filler : ''}`,
        tags: ['canarytag'],
        ...(n % 3 === 0 && { sensitivity: 'confidential' }),
        ...about,
      }),
    ),
  )
  const [first, second, third] = entries
  if (!first || !second || !third) throw new Error('There are too few entries.')
  await ann.facts.set('summary', 'canaryfirst', about)
  await ann.facts.set('summary', 'canarylatest', about)
  // Only the past versions are about the person.
  await ann.facts.set('next step', 'canaryearlier', about)
  await ann.facts.set('next step', 'canaryearlier, too', about)
  await ann.facts.set('next step', 'present')
  await ann.facts.set('former', 'canaryearlier', about)
  await ann.facts.delete('former')
  await ann.objects.put(`canaryobject ${filler}`, about)
  // Another object has the same content, and stays.
  await boss.objects.put('stays, though shared', { ...about, sensitivity: 'confidential' })
  await ann.objects.put('stays, though shared')
  const learned = { signal: 'success', context: {}, details: 'canarylearning' } as const
  const learning = await ann.learnings.log({ ...learned, derivedFrom: [second] })
  await ann.decisions.record({ task: 't', decision: 'canarydecision', reasoning: 'so', derivedFrom: [learning] })
  await ann.observations.retract(third.id, 'canaryreason')
  await ann.agents.post({ to: 'bob', message: { type: 'note', entry: second.id, text: 'canarymail' } })
  await ann.observations.log({ value: 'zebra stays' })
  await ann.facts.set('other', 'stays')
}

/** All that a principal finds in every way, but for what governs the memory. */
export async function portraitOf(memory: Memory, who: Principal): Promise<Readonly<Record<string, unknown>>> {
  const view = memory.as(who)
  const kinds = [
    'facts',
    'observations',
    'decisions',
    'learnings',
    'objects',
    'alerts',
    'messages',
    'corrections',
    'work',
  ] as const
  const all: Record<string, unknown> = {}
  for (const collection of kinds) {
    const names: string[] = []
    let cursor: string | undefined
    do {
      const page = await view.records.list({ collection, include: 'all', limit: 300, ...(cursor && { cursor }) })
      names.push(...page.items.map(({ id, version, doubts = [] }) => `${id} ${version} ${doubts.join()}`))
      cursor = page.cursor
    } while (cursor !== undefined)
    all[collection] = names
  }
  const keys = ['summary', 'next step', 'former', 'other']
  all['values'] = await view.facts.getMany(keys)
  for (const key of keys) all[`history of ${key}`] = (await view.facts.history(key)).map(({ value }) => value)
  const hits = await view.observations.search('zebra', { limit: 1_000, include: 'all' })
  all['hits'] = hits.map(({ item }) => item.id).toSorted()
  const ids = (await view.records.list({ collection: 'objects', include: 'all' })).items.map(({ id }) => id)
  all['contents'] = (
    await Promise.all(ids.map((id) => view.objects.get({ id, size: 0, mediaType: 'text/plain' })))
  ).map(String)
  return all
}
