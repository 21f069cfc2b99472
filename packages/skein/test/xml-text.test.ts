import { describe, expect, it } from 'vitest'

import { isXhtml, isXml } from '../src/documents/xml/is-xml.ts'
import { xmlText } from '../src/documents/xml/xml-text.ts'
import { originalOf } from './original-of.ts'

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
