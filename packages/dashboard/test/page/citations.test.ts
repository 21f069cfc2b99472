import { expect, it } from 'vitest'

import { citedSentences, findSource } from '../../page/memory/citations.ts'

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
