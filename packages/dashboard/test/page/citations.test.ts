import { expect, it } from 'vitest'

import { citedPart, citedSentences, findSource } from '../../page/memory/citations.ts'

const value = JSON.stringify({ quotes: [{ text: 'So it is.', citations: [{ source: 'd', start: 4, end: 13 }] }] })

it('finds cited sentences at any depth of a value', () => {
  expect(citedSentences(value)).toEqual([{ text: 'So it is.', citations: [{ source: 'd', start: 4, end: 13 }] }])
  expect(citedSentences('{"citations":')).toEqual([])
})

it('finds the shortest source of a sentence, and no record that quotes it', async () => {
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

it('finds the part of a source that a citation means by its place', () => {
  const part = (id: string, range: string): { id: string; tags: string[] } => ({ id, tags: ['part', `at:${range}`] })
  const parts = [{ id: 'old', tags: ['part'] }, part('first', '0-40'), part('second', '40-100')]
  const at = (start: number): unknown => citedPart({ source: 'd', start, end: start + 9 }, parts)
  expect(at(4)).toEqual({ id: 'first', mark: '4-13-40' })
  expect(at(40)).toEqual({ id: 'second', mark: '0-9-60' })
  expect(at(100)).toBeUndefined()
})
