import { describe, expect, it } from 'vitest'

import { htmlText } from '../src/documents/html-text.ts'

function linesOf(html: string): string[] {
  return htmlText(html)
    .text.split('\n')
    .flatMap((line) => (line.trim() === '' ? [] : [line.trim()]))
}

const rows = '<tr><th>Year</th><th>Ships</th></tr><tr><td>1999</td><td>40</td></tr>'

describe('a table', () => {
  it('has its rows', () => {
    expect(linesOf(`<p>Ships by year:</p><table>${rows}</table><p>That is all.</p>`)).toEqual([
      'Ships by year:',
      '| Year | Ships |',
      '|---|',
      '| 1999 | 40 |',
      'That is all.',
    ])
  })

  it('with code or lists in cells beside others has rows as well, each in one line', () => {
    const code = '<tr><td>List</td><td><pre>ls -a\nls -l</pre></td></tr>'
    const list = '<tr><td>Parts</td><td><ul><li>Mast</li><li>Sail</li></ul></td></tr>'
    const html = `<table><tr><th>Name</th><th>What</th></tr>${code}${list}</table><p>The end.</p>`
    expect(linesOf(html)).toEqual([
      '| Name | What |',
      '|---|',
      '| List | ls -a ls -l |',
      '| Parts | Mast Sail |',
      'The end.',
    ])
  })

  it('with several paragraphs in a cell has rows where there are some', () => {
    const row = (name: string): string => `<tr><td>${name}</td><td><p>It is old.</p><p>It is deep.</p></td></tr>`
    expect(linesOf(`<table>${row('Mill')}${row('Lake')}</table>`)).toEqual([
      '| Mill | It is old. It is deep. |',
      '| Lake | It is old. It is deep. |',
    ])
  })

  it.each([
    ['says so', '<table role="presentation"><tr><td>The mill is old.</td><td>The lake is deep.</td></tr></table>'],
    [
      'has one cell in each row',
      '<table><tr><td>The mill is old.</td></tr><tr><td>The lake is deep.</td></tr></table>',
    ],
    [
      'has empty cells beside',
      '<table><tr><td><img></td><td>The mill is old.</td></tr><tr><td>The lake is deep.</table>',
    ],
    ['has paragraphs in its cell', '<table><tr><td><p>The mill is old.<p>The lake is deep.</td></tr></table>'],
  ])('that lays out a page has none: it %s', (_, html) => {
    expect(linesOf(html)).toEqual(['The mill is old.', 'The lake is deep.'])
  })

  it('that lays out a page keeps headings, lists, code and the rows of tables within', () => {
    const inner = `<h2>News</h2><p>The mill is old.</p><ul><li>A mast</li></ul><pre>make all\n</pre><table>${rows}</table>`
    expect(linesOf(`<table><tr><td>${inner}</td><td>Call us.</td></tr></table><p>The end.</p>`)).toEqual([
      '## News',
      'The mill is old.',
      '- A mast',
      '```',
      'make all',
      '```',
      '| Year | Ships |',
      '|---|',
      '| 1999 | 40 |',
      'Call us.',
      'The end.',
    ])
  })

  it('in a box with a tip leaves what comes after it as it is', () => {
    const tip =
      '<table><tr><td rowspan="2"><img></td><th>Tip</th></tr><tr><td><p>Use an alias:</p><pre>alias ls=x</pre></td></tr></table>'
    expect(linesOf(`<pre>one</pre>${tip}<p>The mill is old.</p><pre>two</pre>`)).toEqual([
      '```',
      'one',
      '```',
      'Tip',
      'Use an alias:',
      '```',
      'alias ls=x',
      '```',
      'The mill is old.',
      '```',
      'two',
      '```',
    ])
  })
})

it('keeps the places of what tables hold', () => {
  const html = '<table><tr><td><p>The mill is old.</p><p>The lake is deep.</p></td></tr></table>'
  const { text, places } = htmlText(html)
  const at = text.indexOf('lake')
  const place = places.findLast((one) => one.at <= at)
  expect(html.slice((place?.from ?? 0) + at - (place?.at ?? 0))).toMatch(/^lake/)
})
