import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { packSections } from '../src/sections/pack-sections.ts'
import { splitSections } from '../src/sections/split-sections.ts'

const tiny = (count: number): string => Array.from({ length: count }, (_, n) => `# ${n}\n\nA line of it.`).join('\n\n')

describe('small sections', () => {
  it('share parts: many headings cost no more than plain text of the same length', () => {
    for (const count of [1_500, 10_000]) {
      const text = tiny(count)
      const plain = splitSections(text.replaceAll('# ', '')).length
      expect(splitSections(text)).toHaveLength(count)
      expect(packSections(splitSections(text)).length).toBeLessThanOrEqual(Math.ceil(plain * 1.5))
    }
  })

  it('are read for themselves where a text has no more of them than usual', () => {
    const text = '# Prices\n\nUp.\n\n## Spring\n\nMore.\n\n# Staff\n\nTwo.'
    expect(packSections(splitSections(text))).toEqual(splitSections(text))
  })

  it('share a title, the topic of the first, and nothing with larger ones', () => {
    const large = `# Large\n\n${'It goes on and on. '.repeat(200)}`
    const text = [tiny(30), large, tiny(30), large].join('\n\n')
    const packed = packSections(splitSections(text))
    expect(packed.map(({ title }) => title)).toEqual(['0 … 29', 'Large', '0 … 29', 'Large'])
    expect(packed[0]?.topic).toBe('0')
  })

  it('lose nothing, in order', () => {
    const texts = fc.array(
      fc.constantFrom('# a\n\n', 'word ', 'x'.repeat(300), '\n\n## b\n\n', `${'y'.repeat(2_000)}\n`),
    )
    fc.assert(
      fc.property(texts, (parts) => {
        const sections = splitSections(parts.join(''))
        const packed = packSections(sections)
        for (const { start, end } of packed) expect(end - start).toBeLessThanOrEqual(6_000)
        const within = sections.every(({ start, end }) => packed.some((part) => part.start <= start && end <= part.end))
        expect(within).toBe(true)
        expect(packed.map(({ start }) => start)).toEqual(packed.map(({ start }) => start).toSorted((a, b) => a - b))
      }),
    )
  })
})
