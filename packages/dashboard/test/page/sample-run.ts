import { FixtureFlock } from './fixture-flock.ts'
import type { FixtureServer } from './fixture-server.ts'

/** A sentence that stands in the sample's source, and is quoted from it. */
export const quoted = 'Our Nation is at peace and our economy grows.'

/**
 * Fills a fixture with a run that has a little of everything: a source, its
 * parts, a note that quotes one, a sealed fact in several versions, people that are asked.
 */
export function sampleRun(
  server: FixtureServer,
  now: number,
  { agents = 30, tasks = 4, seconds = 40 } = {},
): FixtureFlock {
  const flock = new FixtureFlock({ seed: 7, agents, tasks, objects: 600 })
  const start = now - seconds * 1_000 - 60_000
  server.emit(flock.spawn(start))
  for (let at = start; at < start + (seconds * 1_000) / 2; at += 250) server.emit(flock.step(at, 6))
  // A pause in which nothing runs, which the timeline folds.
  server.emit(flock.rest(start + (seconds * 1_000) / 2))
  for (let at = now - (seconds * 1_000) / 2; at < now; at += 250) server.emit(flock.step(at, 6))
  addReport(server, now - 4_000)
  addInbox(server, now - 90_000)
  return flock
}

function addReport(server: FixtureServer, at: number): void {
  const { values, contents } = server.contents
  const label = { sensitivity: 'internal', compartments: [] } as const
  const written = { type: 'written', at, collection: 'objects', version: 1, label, task: 'task: energy' } as const
  const part = `Energy\n\n${'We have decontrolled prices. '.repeat(30)}\n${quoted}\n${'More was done. '.repeat(40)}`
  contents.set('objects/whole', `${'Before it. '.repeat(400)}${part}${'After it. '.repeat(400)}`)
  contents.set('objects/part-1', part)
  contents.set('objects/part-2', 'Another part, about farmers.')
  values.set(
    'objects/answer',
    JSON.stringify({
      topic: 'energy',
      quotes: [{ text: quoted, citations: [{ source: 'c0ffee', start: 4_420, end: 4_465 }] }],
    }),
  )
  server.emit([
    {
      ...written,
      id: 'whole',
      author: 'reader-1',
      title: 'The whole report',
      tags: ['source'],
      derivedFrom: [],
      bytes: 217_000,
    },
    {
      ...written,
      id: 'part-1',
      author: 'reader-1',
      title: 'Part: energy',
      tags: ['part'],
      derivedFrom: ['whole'],
      bytes: 1_500,
    },
    {
      ...written,
      id: 'part-2',
      author: 'reader-1',
      title: 'Part: farmers',
      tags: ['part'],
      derivedFrom: ['whole'],
      bytes: 30,
    },
    {
      ...written,
      id: 'answer',
      author: 'analyst-1',
      title: 'Answer: what was done about energy?',
      tags: ['answer'],
      derivedFrom: ['part-1', 'part-2', 'whole'],
      bytes: 400,
    },
    ...[1, 2, 3].map((version) => ({
      ...written,
      collection: 'facts',
      id: 'price of oil',
      title: 'price of oil',
      author: 'analyst-2',
      tags: ['energy'],
      bytes: 60,
      version,
      derivedFrom: ['part-1'],
      label: {
        sensitivity: 'confidential',
        compartments: ['treasury'],
      } as const,
    })),
    { type: 'read', at, agent: 'analyst-2', collection: 'objects', id: 'answer', count: 3, isHit: true },
  ])
  values.set('facts/price of oil', JSON.stringify({ about: 'oil', usd: 34, since: 'January' }))
}

function addInbox(server: FixtureServer, at: number): void {
  const ask = (id: string, question: string, reason: string, age: number): void => {
    const task = 'task: energy'
    const item = {
      id,
      version: 1,
      state: 'open',
      task,
      reason,
      question,
      openedBy: 'reviewer-1',
      openedAt: at - age,
      updatedAt: at - age,
    } as const
    const known = (text: string, index: number) => {
      return {
        id: `${id}-${index}`,
        author: 'analyst-1',
        at: at - age - 1_000 * index,
        value: JSON.stringify(text),
        derivedFrom: ['part-1'],
      }
    }
    server.contents.inbox.set(id, {
      item: {
        ...item,
        expiresAt: at + 600_000 - age,
      },
      observations: ['Part 12 gives the price as 34 dollars.', 'Part 31 gives it as 36 dollars.'].map(known),
      decisions: [{ ...known('Ask a person: both parts are sources of the same standing.', 5) }],
      learnings: [],
      facts: [],
      leftOut: 2,
      isCut: false,
      objects: [
        {
          ...known('', 7),
          id: 'part-1',
          value: JSON.stringify({
            mediaType: 'text/plain',
            size: 1_500,
          }),
        },
      ],
      timeline: [1, 2, 3].map((step) => ({
        at: at - age + step,
        collection: 'objects',
        id: 'part-1',
        author: 'analyst-1',
      })),
    })
    server.emit([{ type: 'escalation', at: at - age, id, task, state: 'open', by: 'reviewer-1' }])
  }
  ask('esc-1', 'Two parts name different prices of oil: which holds?', 'The sources contradict each other.', 240_000)
  ask('esc-2', 'May the summary name the hostages?', 'Names of persons are to be confirmed.', 30_000)
}
