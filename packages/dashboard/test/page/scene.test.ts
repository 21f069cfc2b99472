import { describe, expect, it } from 'vitest'

import { diffLines } from '../../page/memory/diff-lines.ts'
import { citedSentences, findSource } from '../../page/memory/citations.ts'
import { SceneHistory } from '../../page/state/scene-history.ts'
import { isAlive } from '../../page/state/scene.ts'
import { cut, drawable } from '../../page/ui/plain.ts'
import { FoldedTime } from '../../page/timeline/folded-time.ts'
import { Tracks } from '../../page/state/tracks.ts'
import type { SceneEvent } from '../../src/protocol/protocol.ts'
import { FixtureFlock } from './fixture-flock.ts'

/** Events of a flock that never was, with their positions. */
function someEvents(count: number): SceneEvent[] {
  const flock = new FixtureFlock({ seed: 3, agents: 12, tasks: 3, objects: 40 })
  const events = [...flock.spawn(1_000), ...flock.step(2_000, count / 2), ...flock.step(9_000, count / 2)]
  return events.map((event, index) => ({ ...event, position: `${index + 1}` }) as SceneEvent)
}

describe('a past moment', () => {
  const events = someEvents(1_000)

  it('is the fold of the events up to it, in whatever order moments are asked for', () => {
    const history = new SceneHistory({ stride: 64 })
    history.append(events)
    for (const moment of [900, 10, 500, 501, 64, 63, 0, events.length]) {
      const fresh = new SceneHistory()
      fresh.append(events.slice(0, moment))
      expect(history.at(moment)).toEqual(fresh.head)
    }
  })

  it('does not change when events come in', () => {
    const history = new SceneHistory({ stride: 100 })
    history.append(events.slice(0, 300))
    const before = structuredClone(history.at(250))
    history.append(events.slice(300))
    expect(history.at(250)).toEqual(before)
  })

  it('knows each event once, however often it is told', () => {
    const history = new SceneHistory()
    history.append(events.slice(0, 100))
    expect(history.append(events.slice(50, 150))).toHaveLength(50)
    expect(history.head.count).toBe(150)
  })

  it('forgets its beginning when there is too much, and stays right', () => {
    const history = new SceneHistory({ maxEvents: 400, stride: 50 })
    for (let index = 0; index < events.length; index += 20) history.append(events.slice(index, index + 20))
    expect(history.length).toBeLessThanOrEqual(400)
    expect(history.forgotten + history.length).toBe(events.length)
    const fresh = new SceneHistory()
    fresh.append(events.slice(0, history.forgotten + 10))
    expect(history.at(10)).toEqual(fresh.head)
  })
})

describe('the scene', () => {
  it('holds agents that were never announced, and what is left of records', () => {
    const history = new SceneHistory()
    const written = {
      type: 'written',
      collection: 'facts',
      id: 'a',
      version: 1,
      author: 'scout-1',
      title: 'a',
    } as const
    const label = { sensitivity: 'public', compartments: [] } as const
    const rest = { label, tags: [], derivedFrom: [], bytes: 1 }
    history.append([
      { ...written, ...rest, position: '1', at: 10, expiresAt: 100 },
      { type: 'read', position: '2', at: 20, agent: 'x-2', collection: 'facts', id: 'a', count: 2, isHit: true },
    ])
    expect(history.head.agents.get('scout-1')).toMatchObject({ role: 'scout', wrote: 1 })
    expect(history.head.links).toMatchObject([{ reader: 'x-2', writer: 'scout-1', key: 'facts/a' }])
    const record = history.head.records.get('facts/a')
    expect(record && [isAlive(record, 99), isAlive(record, 100)]).toEqual([true, false])
  })
})

describe('the timeline', () => {
  it('draws a run from the start of the work, for the agent that asked and for the thread', () => {
    const tracks = new Tracks()
    const about = { type: 'activity', run: 'r', activity: 'note', agent: 'a' } as const
    tracks.add([
      { ...about, position: '1', at: 1_000, phase: 'started' },
      { ...about, position: '2', at: 5_000, phase: 'done', worker: '1', durationMs: 1_500 },
    ])
    expect(tracks.tracks.get('agent:a')?.bars).toMatchObject([{ startedAt: 1_000, endedAt: 5_000, outcome: 'done' }])
    expect(tracks.tracks.get('worker:1')?.bars).toMatchObject([{ startedAt: 3_500, endedAt: 5_000 }])
  })

  it('folds idle gaps and nothing else', () => {
    const spans = [
      { from: 0, to: 1_000 },
      { from: 1_200, to: 2_000 },
      { from: 60_000, to: 61_000 },
    ]
    const folded = new FoldedTime(spans)
    expect(folded.folds).toMatchObject([{ ms: 58_000 }])
    expect(folded.length).toBeLessThan(4_000)
    for (const time of [0, 400, 1_100, 2_000, 30_000, 60_000, 61_000, 62_000]) {
      expect(folded.toTime(folded.toFolded(time))).toBeCloseTo(time, 3)
    }
  })
})

describe('texts from outside', () => {
  it('are cut between characters', () => {
    expect(cut('abcdef', 6)).toBe('abcdef')
    expect(cut('abc\ndef', 5)).toBe('abc d…')
    expect(cut('abcd😀f', 5)).toBe('abcd…')
    expect(cut('x'.repeat(1_000_000), 10)).toHaveLength(11)
  })

  it('turn nothing on a drawing', () => {
    expect(drawable('a\u202Eb\u2066c', 10)).toBe('abc')
  })

  it('are held against each other line by line', () => {
    expect(diffLines('a\nb\nc', 'a\nx\nc')).toEqual([
      { change: 'same', text: 'a' },
      { change: 'gone', text: 'b' },
      { change: 'new', text: 'x' },
      { change: 'same', text: 'c' },
    ])
  })
})

describe('a cited sentence', () => {
  const value = JSON.stringify({ quotes: [{ text: 'So it is.', citations: [{ source: 'd', start: 4, end: 13 }] }] })

  it('is found wherever it stands in a value', () => {
    expect(citedSentences(value)).toEqual([{ text: 'So it is.', citations: [{ source: 'd', start: 4, end: 13 }] }])
    expect(citedSentences('{"citations":')).toEqual([])
  })

  it('leads to the smallest source that says it, not to what quotes it', async () => {
    const texts: Readonly<Record<string, string>> = {
      note: value,
      whole: 'Say: So it\nis. And more.',
      part: 'So it is.',
    }
    const sources = Object.keys(texts).map((id) => ({
      collection: 'objects',
      id,
      title: id,
      author: 'a',
      depth: 1,
      from: 'x',
    }))
    const found = await findSource('So it is.', sources, (_, id) => Promise.resolve({ value: texts[id] } as never))
    expect(found?.id).toBe('part')
  })
})
