import { describe, expect, it } from 'vitest'

import { latexText } from '../src/documents/latex-text.ts'
import { pagedText } from '../src/documents/paged-text.ts'
import { originalRange } from '../src/documents/placed-text.ts'
import type { PlacedText } from '../src/documents/placed-text.ts'
import { isRoff, roffText } from '../src/documents/roff-text.ts'

/** What stands in the original where some text was found. */
function originalOf(original: string, { text, places = [] }: PlacedText, found: string): string {
  const at = text.indexOf(found)
  const { start, end } = originalRange(places, at, at + found.length)
  return original.slice(start, end)
}

describe('latexText', () => {
  const textOf = (source: string): string => latexText(source).text

  it('leaves out comments, also of whole lines', () => {
    expect(textOf('One. % not this\n  % nor this\nTwo.')).toBe('One. \nTwo.')
  })

  it('keeps percent signs that begin no comment', () => {
    const kept = 'It rose by 5\\% here.\n\\url{http://a.example/b%20c} is it.\n\\verb|50%| and\n'
    const verbatim = '\\begin{verbatim}\n7 % 3\n\\end{verbatim}\n'
    expect(textOf(kept + verbatim)).toBe(kept + verbatim)
    expect(textOf('A line ends.\\\\% comment')).toBe('A line ends.\\\\\n')
  })

  it('knows where a text stands in the file', () => {
    const source = 'One. % not this\nTwo stands here.'
    expect(originalOf(source, latexText(source), 'Two stands')).toBe('Two stands')
  })
})

describe('pagedText', () => {
  it('lets a sentence go on over a page, without the foot and the head between', () => {
    const source = 'The lock was\n\n1\n\fTHE CANAL\n\nbuilt by hand.\n\n2\n\fTHE CANAL\n\nIt is old.\n\n3\n'
    const placed = pagedText(source)
    expect(placed.text).toBe('The lock was\nbuilt by hand.\n\nIt is old.')
    expect(originalOf(source, placed, 'It is old.')).toBe('It is old.')
  })

  it('keeps what stands alone on a page or above one page only', () => {
    expect(pagedText('DEDICATION\n\fTo Anna.\n\fPREFACE\n\nIt rains.').text).toBe(
      'DEDICATION\n\nTo Anna.\n\nPREFACE\n\nIt rains.',
    )
  })

  it('keeps a text of form feeds alone as it is', () => {
    expect(pagedText('\f\f').text).toBe('\f\f')
  })
})

describe('roffText', () => {
  it('shows what escapes stand for', () => {
    const source = '.TH A 1\n\\fBowl\\fR \\-v waits\\(em\\s-1long\\s0 \\[aq]so\\(aq.\\" comment\n\\&.owlrc is read.'
    const placed = roffText(source)
    expect(placed.text).toBe(".TH A 1\nowl -v waits—long 'so'.\n\\&.owlrc is read.")
    expect(originalOf(source, placed, 'owl -v')).toBe('owl\\fR \\-v')
  })

  it('is for manual pages', () => {
    expect(isRoff('.\\" About\n.ie \\n(.g .ds Aq x\n.TH OWL 1\n')).toBe(true)
    expect(isRoff('A page begins with\n.TH OWL 1\n')).toBe(false)
    expect(isRoff('\\." A comment of old\n.de x\nwords\n..\n.TH OWL 1\n')).toBe(true)
    expect(isRoff('')).toBe(false)
  })
})
