import { expect, it } from 'vitest'

import { inSourceOrder } from '../src/report/analyst.ts'
import type { Quote } from '../src/report/note.ts'

it('inSourceOrder sorts quotes by the order of the files, then by their place', () => {
  const quote = (source: string, start: number): Quote => ({
    text: `${source}${start}`,
    citations: [{ source, start, end: start + 1 }],
  })
  const quotes = [quote('b', 1), quote('a', 30), quote('c', 0), quote('b', 0), quote('a', 4)]
  const ordered = inSourceOrder(quotes, [{ digest: 'b' }, { digest: 'a' }, { digest: 'c' }])
  expect(ordered.map(({ text }) => text)).toEqual(['b0', 'b1', 'a4', 'a30', 'c0'])
})
