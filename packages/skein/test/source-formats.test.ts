import { outlineOf, splitSentences } from '@skein/core/executor'
import { describe, expect, it } from 'vitest'

import { isLatex, latexText } from '../src/documents/latex-text.ts'
import { notebookText } from '../src/documents/notebook-text.ts'
import { pagedText } from '../src/documents/paged-text.ts'
import { joinPartedWords } from '../src/documents/parted-words.ts'
import { originalRange } from '../src/documents/placed-text.ts'
import type { PlacedText } from '../src/documents/placed-text.ts'
import { isRoff, roffText } from '../src/documents/roff-text.ts'
import { isXhtml, isXml } from '../src/documents/xml/is-xml.ts'
import { xmlText } from '../src/documents/xml/xml-text.ts'

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

describe('joinPartedWords', () => {
  const textOf = (text: string): string => joinPartedWords({ text }).text

  it.each([
    ['The keeper of the light-\nhouse sleeps.', 'The keeper of the lighthouse\nsleeps.'],
    ['The keeper of the light-\r\n  house, who sleeps.', 'The keeper of the lighthouse,\nwho sleeps.'],
    ['He is known as a well-\nread keeper.', 'He is known as a well-read\nkeeper.'],
    ['The sea-wall is old. The new sea-\nwall is not.', 'The sea-wall is old. The new sea-wall\nis not.'],
    ['She is the sister-in-\nlaw of Ann.', 'She is the sister-in-law\nof Ann.'],
    ['Die Salz- und Zucker-\nfässer stehen am Kai.', 'Die Salz- und Zuckerfässer\nstehen am Kai.'],
    ['The keeper of the light\u00AD\nhouse', 'The keeper of the lighthouse'],
    ['She gave us an ex-\nample of what to pro-\nvide.', 'She gave us an example\nof what to provide.'],
    ['The keeper is self-\nish and he is half-\nblind now.', 'The keeper is selfish\nand he is half-blind\nnow.'],
    ['It was a mission of US-\nled troops.', 'It was a mission of US-led\ntroops.'],
    ['They came to twenty-\none ports.', 'They came to twenty-one\nports.'],
    ['The letter was in my pock-\net all day.', 'The letter was in my pocket\nall day.'],
    ['He ran and he was a sail-\nor from there.', 'He ran and he was a sailor\nfrom there.'],
    ['Вчера на пристань пришёл кто-\nто из них.', 'Вчера на пристань пришёл кто-то\nиз них.'],
    ['Паром опоздал, и мы по-\nпрежнему ждём.', 'Паром опоздал, и мы по-прежнему\nждём.'],
    ['Le bateau est là, et il est peut-\nêtre en retard.', 'Le bateau est là, et il est peut-être\nen retard.'],
    ['O capitão não é de cá, disse-\nlhe a mulher.', 'O capitão não é de cá, disse-lhe\na mulher.'],
    ['The keeper of the light‐\nhouse sleeps.', 'The keeper of the lighthouse\nsleeps.'],
    ['> The keeper of the light-\n> house sleeps.', '> The keeper of the lighthouse\n> sleeps.'],
    ['The keeper of the light- \nhouse sleeps.', 'The keeper of the lighthouse\nsleeps.'],
    ['The keeper of the light-\rhouse sleeps.', 'The keeper of the lighthouse\nsleeps.'],
    ['It is known as inter-\nna-\ntional law.', 'It is known as international\nlaw.'],
    [`It is found at the web-\nsite${'.a'.repeat(50)}-b.`, `It is found at the website${'.a'.repeat(50)}-b.`],
  ])('joins what a hyphen parts at the end of a line: %j', (text, joined) => {
    expect(textOf(text)).toBe(joined)
  })

  it.each([
    ['Auf dem Kai stehen Salz-\nund Zuckerfässer.'],
    ['The book of the keeper-\nNobody reads it.'],
    ['It was here for two-\nto three days.'],
    ['Das war nicht nur ein-\nbis zweimal so.'],
    ['Это был дом для двух-\nи трёх семей.'],
    ['The name of the light-\nhouse: it is old.'],
    ['name: ferries-and-\nport: 80\nhost: a.example\npath: /long-\nmode = fast'],
    ['import a from "b"\n\nconst x = total_of_a-\nlength\nfunction f() {\n  return x\n}\nexport { f }'],
    ['a-\nb-\nc'],
    ['It was late -\nand it was dark.'],
    ['The ferry of 2021-\n22 was late.'],
  ])('leaves other lines as they are: %j', (text) => {
    expect(textOf(text)).toBe(text)
  })

  it('reads words of any length', () => {
    const long = `${'a-'.repeat(4_000_000)}a`
    expect(textOf(`${long}\nThe keeper of the light-\nhouse sleeps.`).endsWith('lighthouse\nsleeps.')).toBe(true)
  })

  it('knows where the parts of a word stand, also in a text that was made from another', () => {
    const source = 'The keeper of the light-\nhouse sleeps. So does the har-\nbor.'
    expect(originalOf(source, joinPartedWords({ text: source }), 'lighthouse')).toBe('light-\nhouse')
    expect(originalOf(source, joinPartedWords({ text: source }), 'So does the harbor.')).toBe('So does the har-\nbor.')
    const paged = `${source}\fThe end.`
    expect(originalOf(paged, joinPartedWords(pagedText(paged)), 'lighthouse')).toBe('light-\nhouse')
  })
})

describe('xmlText', () => {
  const textOf = (source: string): string => xmlText(source).text

  it('takes what stands within text for a part of it, and all else for paragraphs', () => {
    expect(textOf('<a><b>The <c>ferry</c> is <d>late</d>.</b><b>It is cold.</b></a>')).toBe(
      'The ferry is late.\n\nIt is cold.',
    )
  })

  it('leaves out what tells about a text only where the kind of document has that', () => {
    const book = '<book><info><author>Ann</author><title>Ice</title></info><para>It melts.</para></book>'
    expect(textOf(book)).toBe('# Ice\n\nIt melts.')
    expect(textOf('<ship><info><note>She is late.</note></info></ship>')).toBe('She is late.')
  })

  it('reads records as a table, and settings that differ as paragraphs', () => {
    const ships = '<all><s><a>Puffin</a><b>1998</b></s><s><a>Eider</a><b>2004 &amp; 5</b></s></all>'
    expect(textOf(ships)).toBe('| a | b |\n|---|\n| Puffin | 1998 |\n| Eider | 2004 & 5 |')
    expect(textOf('<all><s><a>Puffin</a><b>1998</b></s><s><a>Eider</a></s></all>')).toBe('Puffin\n\n1998\n\nEider')
  })

  it('knows where a text stands in the file, be it decoded or in a section of its own', () => {
    const source = '<a><p>Salt &amp; sugar.</p><p><![CDATA[<Tea> is here.]]></p></a>'
    expect(originalOf(source, xmlText(source), 'Salt & sugar.')).toBe('Salt &amp; sugar.')
    expect(originalOf(source, xmlText(source), '<Tea> is here.')).toBe('<Tea> is here.')
    expect(originalOf(source, xmlText(source), 'is here.')).toBe('is here.')
  })

  it('tells XML from HTML and from text that only begins with a tag', () => {
    expect(isXml('\uFEFF<?xml version="1.0"?><a/>', '.txt')).toBe(true)
    expect(isXml('<a>b</a>', '.xml')).toBe(true)
    expect(isXml('<b>Note</b>: it rains.', '.md')).toBe(false)
    expect(isXhtml('<?xml version="1.0"?>\n<!DOCTYPE html>\n<html></html>')).toBe(true)
    expect(isXhtml('<?xml version="1.0"?><?style a?><!-- <a> --><!DOCTYPE html><html/>')).toBe(true)
    expect(isXhtml('<?xml version="1.0"?><a>See <html> below</a>')).toBe(false)
  })

  it('reads what is not well-formed, deep, or repeats itself without end', () => {
    expect(textOf('<a><b>One.<c>Two.</b></a>')).toContain('One.')
    expect(textOf(`${'<a>'.repeat(50_000)}Deep.`)).toBe('Deep.')
  })

  it.each([
    ['<r><description>Hello <b>bold</b> world.</description></r>', 'Hello bold world.'],
    ['<r><description>A &lt;b&gt;late&lt;/b&gt; ship.</description></r>', 'A late ship.'],
    ['<a><p>The <b><i>old</i></b> ship.</p><p><b>Al</b><i>so</i></p></a>', 'The old ship.\n\nAlso'],
    ['<TEI><p><persName><forename>Ann</forename> <surname>Lee</surname></persName> left.</p></TEI>', 'Ann Lee left.'],
    ['<TEI><p>A <choice><sic>shp</sic><corr>ship</corr></choice>.</p></TEI>', 'A ship.'],
    ['<TEI><p><s><w>The</w> <w>ship</w>.</s><s>It left.</s></p></TEI>', 'The ship. It left.'],
    ['<a><para>Use <menu><b>File</b> <b>Open</b></menu> or <f>f<r>x</r></f>.</para></a>', 'Use File Open or fx.'],
    ['<w:d><w:p><w:r><w:t>The ship</w:t></w:r><w:r><w:t> left.</w:t></w:r></w:p></w:d>', 'The ship left.'],
    ['<TEI><p>See <title>Ice</title> and <q>go now</q><note place="foot">No.</note>.</p></TEI>', 'See Ice and go now.'],
    ['<TEI><div><head>Ice</head><quote>It melts.</quote><p>Now.</p></div></TEI>', '# Ice\n\nIt melts.\n\nNow.'],
    ['<a><p>It burns.<lb/>It is<tab/>hot.<br/>So.</p></a>', 'It burns. It is hot. So.'],
    ['<a><p>A lan-\n<lb break="no"/>\ntern and a can<lb break="no"/>dle.</p></a>', 'A lantern and a candle.'],
  ])('keeps a sentence whole, whatever elements are in it: %j', (source, text) => {
    expect(textOf(source)).toBe(text)
  })

  it('leaves out the document type, and reads its entities and those of HTML', () => {
    const doctype = `<!DOCTYPE book [<!ENTITY a "salt&#33;"> <!-- it's > --> <!ENTITY b "<c/>">]>`
    const source = `${doctype}<book><p>&a; Sugar &mdash; &eacute; &amp;lt; &b; &c;</p></book>`
    expect(textOf(source)).toBe('salt! Sugar — é &lt; &b; &c;')
    expect(originalOf(source, xmlText(source), 'Sugar —')).toBe('Sugar &mdash;')
    const bomb = `<!DOCTYPE a [<!ENTITY a "${'x'.repeat(200)}">]><a>${'&a;'.repeat(10_000)}</a>`
    expect(textOf(bomb).length).toBeLessThan(2 * bomb.length)
  })

  it.each([
    ['<a><table><tr><td>1|2</td></tr></table><table><tr><td>3</td></tr></table>So.</a>', '| 1\\|2 |\n\n| 3 |\n\nSo.'],
    ['<a><tr><th>x</th><th>y</th></tr><tr><td><p>1</p><p>2</p></td><td/></tr></a>', '| x | y |\n|---|\n| 1 2 |  |'],
    [
      '<simpletable><sthead><stentry>x</stentry></sthead><strow><stentry>1</stentry></strow></simpletable>',
      '| x |\n|---|\n| 1 |',
    ],
  ])('keeps tables, rows and cells apart: %j', (source, text) => {
    expect(textOf(source)).toBe(text)
  })

  it('leaves out notes and headers only in the vocabularies that have them', () => {
    expect(textOf('<article><front>Ann</front><info>Ben</info><fn>Cy</fn><graphic>Dot</graphic></article>')).toBe(
      'Ann\n\nBen\n\nCy\n\nDot',
    )
    expect(textOf('<article><front><article-meta>Ann</article-meta></front><p>It<fn>Cy</fn> left.</p></article>')).toBe(
      'It left.',
    )
    expect(textOf('<book><para>It<footnote><para>Cy</para></footnote> left.</para></book>')).toBe('It left.')
  })

  it('reads the outlines of OPML, which are attributes', () => {
    const source = `<opml><head><title>Ships</title><x>9</x></head><body><outline text='One &amp; "two"'/></body></opml>`
    expect(textOf(source)).toBe('# Ships\n\n- One & "two"')
    expect(originalOf(source, xmlText(source), 'One')).toContain('One')
  })

  it('reads what is damaged in linear time', () => {
    const many = 20_000
    for (const piece of ['<a>x', '<p>It is late.</p>', '<a>', '<a"x>"', '<a "', '<!--', '&a', 'a-<lb break="no"/>b ']) {
      expect(textOf(`<r>${piece.repeat(many)}${'</b>'.repeat(many)}</r>`).length).toBeGreaterThanOrEqual(0)
    }
    expect(textOf('<d>1 < 2 and <b x="a>b">c</b> </z>d')).toBe('1 < 2 and c d')
  })
})

describe('notebookText', () => {
  const notebook = (cells: readonly unknown[]): string => JSON.stringify({ cells, metadata: {}, nbformat: 4 })

  it('reads texts, and shows code and what it printed as code', () => {
    const cells = [
      { cell_type: 'markdown', source: ['# Ice\n', 'It says "no" \u2013 twice.'] },
      { cell_type: 'code', source: 'print(1)', outputs: [{ text: ['1\n'] }, { data: { 'image/png': 'AAAA' } }] },
      { cell_type: 'raw', source: [] },
    ]
    expect(notebookText(notebook(cells))?.text).toBe(
      '# Ice\nIt says "no" – twice.\n\n`````\nprint(1)\n`````\n\n`````\n1\n`````',
    )
  })

  it('knows where a text stands in the file', () => {
    const source = notebook([
      { source: ['x'], cell_type: 'code', metadata: { '1': '"', source: '}' } },
      { cell_type: 'markdown', source: 'A "ferry"\nis late.' },
    ])
    expect(originalOf(source, notebookText(source)!, 'is late.')).toBe('is late.')
    expect(originalOf(source, notebookText(source)!, '"ferry"')).toBe('\\"ferry\\"')
  })

  it('leaves out what has another shape, and what is said twice', () => {
    const outputs = [null, { text: 7 }, { data: null }, { text: '1' }]
    const cells = [null, 7, { cell_type: 'sql', source: 'x' }, { cell_type: 'code', source: 'y', outputs }]
    expect(notebookText(notebook(cells))?.text).toBe('`````\ny\n`````\n\n`````\n1\n`````')
    expect(notebookText(notebook([{ cell_type: 'code', source: 'y', outputs: {} }]))?.text).toContain('y')
    for (const level of [-1, 1e10, 'x', null]) {
      expect(notebookText(notebook([{ cell_type: 'heading', level, source: 'Ice' }]))?.text).toMatch(/^#{1,6} Ice$/)
    }
    expect(notebookText(JSON.stringify({ nbformat: 3, worksheets: [null, { cells: [null] }] }))).toBeUndefined()
    const cell = (text: string): string => `[{"cell_type": "markdown", "source": ${text}}]`
    const twice = `{"nbformat": 4, "cells/0/source": "No.", "cells": ${cell('["No.", "No."]')}, "cells": ${cell('"Yes."')}}`
    expect(notebookText(twice)?.text).toBe('Yes.')
  })

  it('reads notebooks of before 2015, and nothing else', () => {
    const cells = [{ cell_type: 'heading', level: 2, source: ['Ice'] }]
    expect(notebookText(JSON.stringify({ nbformat: 3, worksheets: [{ cells }] }))?.text).toBe('## Ice')
    for (const other of ['{"nbformat": 4}', '{"cells": []}', '{"nbformat": 4, "cells": [', 'nbformat']) {
      expect(notebookText(other)).toBeUndefined()
    }
  })
})
