import { outlineOf, splitSentences } from '@skein/core/executor'
import { describe, expect, it } from 'vitest'

import { isLatex, latexText } from '../src/documents/latex-text.ts'
import { pagedText } from '../src/documents/paged-text.ts'
import { isRoff, roffText } from '../src/documents/roff-text.ts'
import { originalOf } from './original-of.ts'

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

  it('keeps percent signs of other verbatim words, and all lines of an old Mac', () => {
    const kept = '\\verb*|50%| and \\lstinline[language=C]{a % b} and \\lstinline|7%2| stay.'
    expect(textOf(kept)).toBe(kept)
    expect(textOf('One. % not this\rTwo.\r')).toBe('One. \nTwo.\r')
  })

  it('reads a line of any length, and what only begins like LaTeX', () => {
    for (const piece of ['\\% a', '\\verb|%| ', '\\url{a%} ']) {
      const long = piece.repeat(200_000)
      expect(textOf(long) === long).toBe(true)
    }
    expect(isLatex(`${' '.repeat(10_000_000)}x`, '.txt')).toBe(false)
    expect(isLatex('%a\n'.repeat(4_000_000), '.txt')).toBe(false)
    expect(isLatex('% About\n\n\\documentclass{article}', '.txt')).toBe(true)
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

  it.each([
    ['Chapter 1\n\nIt left.\n\fChapter 2\n\nIt came.\n\fChapter 3\n\nIt sank.'],
    ['1\nThe Beginning\n\nIt left.\n\f2\nThe Return\n\nIt came.'],
    ['Invoice 17\nAnn pays 20 euros.\n\fInvoice 18\nBob pays 30 euros.\n\fThe end.'],
    ['* Changes in Owl 29.1\n\nOne.\n\f* Changes in Owl 28.1\n\nTwo.'],
    ['He said that he and\nI\nwould go.\n\fThey went.'],
    ['2024-01-01 12:00 it begins\n\nOne.\n\f2024-01-02 13:10 it begins\n\nTwo.'],
    ['1984\n\nIt was cold.\n\f1985\n\nIt was warm.'],
    ['I\n\nIt was cold.\n\fII\n\nIt was warm.'],
  ])('keeps what only looks like heads and feet: %j', (source) => {
    expect(pagedText(source).text.split(/\s+/)).toEqual(source.split(/\s+/))
  })

  it('leaves out numbers that count the pages, in each form', () => {
    for (const numbers of [
      ['i', 'ii', 'iii', 'iv'],
      ['- 7 -', '- 8 -', '- 9 -', '- 10 -'],
      ['THE OWL   12', '13   THE OWL', 'THE OWL   14', '15   THE OWL'],
      ['Page 9 of 12', 'Page 10 of 12', 'Page 11 of 12', 'Page 12 of 12'],
    ]) {
      const source = numbers.map((number, at) => `${number}\n\nPart ${at}.`).join('\f')
      expect(pagedText(source).text).toBe('Part 0.\n\nPart 1.\n\nPart 2.\n\nPart 3.')
    }
  })

  it('reads the lines of an old Mac', () => {
    expect(pagedText('One.\r\r1\r\fTHE OWL\r\rTwo.\r\r2\r\fTHE OWL\r\rThree.').text).toBe('One.\n\nTwo.\n\nThree.')
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

  it('shows letters with accents, and what it does not know as it is', () => {
    const shown = (source: string): string => roffText(source).text
    expect(shown("caf\\('e \\[u00E9] \\(:o \\[:u]ber Ma\\(ss \\*(C+ \\*[Lt] \\(co")).toBe('café é ö über Maß C++ < ©')
    expect(shown('\\[zz9] \\(Zq \\qx')).toBe('\\[zz9] \\(Zq qx')
    expect(shown("\\s10big\\s0 a\\|b\\h'-04'c \\n(xyd")).toBe('big abc d')
  })

  it('reads a line of any length', () => {
    const long = '\\f['.repeat(500_000)
    expect(roffText(long).text.length).toBeGreaterThan(0)
  })

  it('is for manual pages', () => {
    expect(isRoff('.\\" About\n.ie \\n(.g .ds Aq x\n.TH OWL 1\n')).toBe(true)
    expect(isRoff('A page begins with\n.TH OWL 1\n')).toBe(false)
    expect(isRoff('\\." A comment of old\n.de x\nwords\n..\n.TH OWL 1\n')).toBe(true)
    expect(isRoff('')).toBe(false)
  })
})

describe('splitSentences', () => {
  const sentencesOf = (text: string): string[] =>
    splitSentences(text)
      .filter(({ kind }) => kind === 'sentence')
      .map(({ start, end }) => text.slice(start, end))

  it("reads each of several books of Project Gutenberg, and a person's words before them", () => {
    const book = (title: string): string =>
      `The Project Gutenberg eBook of ${title}\n\nIt is free.\n\n*** START OF THE PROJECT GUTENBERG EBOOK ${title} ***\n\nThe ${title} is old.\n\n*** END OF THE PROJECT GUTENBERG EBOOK ${title} ***\n\nEditions will come.\n\n`
    const words = 'I read these in May.\n\n'
    expect(sentencesOf(words + book('MILL') + book('OWL'))).toEqual([
      'I read these in May.',
      'The MILL is old.',
      'The OWL is old.',
    ])
  })

  it('reads the items of an agenda, where nobody speaks', () => {
    const agenda = 'Agenda\n\n09:30 * The mayor opens the bridge.\n11:15 --> We go to the lake together.\n'
    expect(sentencesOf(agenda).join(' ')).toMatch(/The mayor opens the bridge\..*We go to the lake together\./)
    const chat = '09:30 <ann> The bridge is open.\n09:31 * bob waves at all of us.\n'
    expect(sentencesOf(chat)).toEqual(['The bridge is open.'])
  })

  it('keeps names that a list explains, which nobody speaks', () => {
    const list = '<file> names what is read.\n<path> is where it is written.\n<mode> says how it is written.\n'
    expect(sentencesOf(list).join(' ')).toContain('<path> is where')
  })
})

describe('outlineOf', () => {
  it('finds the headings of Markdown below a brace that begins no table of a wiki', () => {
    const titles = outlineOf('{| is a mark.\n\n# One\n\nIt rains.\n').map(({ title }) => title)
    expect(titles).toEqual(['One'])
    expect(outlineOf('{| class="a"\n|}\n\n# One\n\nIt rains.\n')).toEqual([])
  })
})
