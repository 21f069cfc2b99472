import { expect, it } from 'vitest'

import { outlineOf } from '../../src/layout/outline.ts'
import { readSentences } from '../../src/extractive/read-sentences.ts'

/** What counts as a sentence in a text, on one line each. */
function sentencesOf(text: string): string[] {
  return readSentences(text, 'en').sentences.flatMap(({ start, end, kind, form }) =>
    kind === 'sentence' && form > 0 ? [text.slice(start, end).replaceAll(/\s+/g, ' ')] : [],
  )
}

const titlesOf = (text: string): string[] => outlineOf(text).map(({ title }) => title)

it.each([
  ['tildes', 'Nests\n~~~~~\n\nThe stork builds it of twigs.\n\nEggs\n~~~~~~~~\n\nShe lays four of them.\n'],
  ['backticks', 'Nests\n`````\n\nThe stork builds it of twigs.\n\nEggs\n``````\nShe lays four of them.\n'],
  [
    'tildes above and below',
    '~~~~~~~\n Nests\n~~~~~~~\n\nThe stork builds it of twigs.\n\nEggs\n====\n\nShe lays four of them.\n',
  ],
  [
    'numbers and stars',
    '1. Nests\n********\n\nThe stork builds it of twigs.\n\n2. Eggs\n*******\n\nShe lays four of them.\n',
  ],
])('titles with a line of %s are no fences of code', (_, text) => {
  expect(titlesOf(text).map((title) => title.replace(/^\d\. /, ''))).toEqual(['Nests', 'Eggs'])
  expect(sentencesOf(text)).toEqual(['The stork builds it of twigs.', 'She lays four of them.'])
})

it.each([
  'It begins so:\n~~~~~~~~~~~~~~~\nlet nest = twigs.join().\n~~~~~~~~~~~~~~~\nShe lays four eggs.\n',
  '~~~\nlet nest = twigs.join().\n~~~\nShe lays four eggs.\n',
  'Now\n~~~\nlet nest = twigs.join().\n~~~\nShe lays four eggs.\n',
  '~~~~js\nlet nest = twigs.join().\n~~~~\nShe lays four eggs.\n',
])('fences of code stay such: %j', (text) => {
  expect(sentencesOf(text).join(' ')).toMatch(/She lays four eggs\.$/)
  expect(sentencesOf(text).join(' ')).not.toContain('twigs')
})

const filled = (lines: string): string =>
  `Storks come back in the second half of March, when the frogs are awake,\nand they leave before September.\n\n${lines}\n\nThey feed on frogs, mice and beetles, which they find in wet meadows\nand behind the plow.\n`

it.each([
  [
    'a keyword',
    'The eggs are hatched by both of them, and whatever is brought in a\npackage; the young ones eat it, as soon as one of the two birds lands\non the nest.',
  ],
  [
    'another keyword',
    'They fly over the strait in flocks of hundreds, and in spring they\nreturn (by the same way) to the nest that they built in one of the\nyears before.',
  ],
  ['a link', 'The counts of all years since 1934 are found at\nhttps://storks.example/counts.'],
  [
    'what is replaced',
    'In the whole of the country there are now, as far as it is known,\n|pairs| pairs, of which half breed.',
  ],
  ['a part of a link', 'All rings are read by the `Storks\nSociety <https://storks.example/>`__ and nobody else.'],
  ['an option', 'The rings are listed by the command of the society that is called\n`rings\n-all` on each computer.'],
  ['the text of an item', '-  The counts are kept by the `Storks\n   Society <https://storks.example/>`__ alone.'],
])('a sentence goes on in a line that begins with %s', (_, lines) => {
  expect(sentencesOf(filled(lines))).toContain(lines.replaceAll(/\s+/g, ' '))
})

it('the table of contents of a book is no sentence', () => {
  const contents =
    'Contents\n\n1 Nests . . . . . . . . . . . . . . . . . . . . 1\n1.1 Eggs . . . . . . . . . . . . . . . . . . . . 7\n'
  expect(sentencesOf(filled(contents)).join(' ')).not.toMatch(/Eggs|\. \. \./)
})

it('what leads through a file of Info is no sentence', () => {
  const info =
    'This is storks.info.\n\n\x1f\nFile: storks.info,  Node: Nests,  Next: Eggs,  Prev: Top,  Up: Top\n\n1 Nests\n*******\n\n' +
    'The stork builds it of twigs.\n\n* Menu:\n\n* Eggs::\n* Rings::  Who counts them.\n\n\x1f\nTag Table:\nNode: Nests\x7f103\nEnd Tag Table\n'
  expect(sentencesOf(info).slice(1)).toEqual(['The stork builds it of twigs.'])
})

it('LaTeX has commands in sentences, and titles over two lines', () => {
  const latex = [
    '\\PassOptionsToPackage{hidelinks}{hyperref}',
    '\\documentclass{article}',
    '\\hypersetup{',
    '  pdftitle={Nests of storks}, hidelinks,',
    '}',
    '\\title{Storks}',
    '\\begin{document}',
    '\\section{How nests are built and',
    'repaired}\\label{nests}',
    '',
    'A nest is built of twigs of the willow, and what \\emph{both of them} bring, in \\texttt{layers}',
    'of earth, weighs half a ton. Counts are published on the site of the society, which is',
    '\\url{https://storks.example/counts/of/all/years/since/1934/in/one/table.html} by now.',
    '',
    '\\begin{itemize}',
    '\\item',
    '  They leave in August.',
    '\\item They come back in March.',
    '\\end{itemize}',
    '\\end{document}',
  ].join('\n')
  expect(titlesOf(latex)).toEqual(['Storks', 'How nests are built and repaired'])
  expect(sentencesOf(latex)).toEqual([
    'A nest is built of twigs of the willow, and what \\emph{both of them} bring, in \\texttt{layers} of earth, weighs half a ton.',
    'Counts are published on the site of the society, which is \\url{https://storks.example/counts/of/all/years/since/1934/in/one/table.html} by now.',
    'They leave in August.',
    '\\item They come back in March.',
  ])
})

it('a text that shows a document of LaTeX keeps what it says before', () => {
  const text =
    'The stork has a book.\n\n```latex\n\\documentclass{article}\n\\begin{document}\nNests\n\\end{document}\n```\n\nIt is short and old.\n'
  expect(sentencesOf(text)).toEqual(['The stork has a book.', 'It is short and old.'])
})

it('titles of Textile have attributes, and code ends at a blank line', () => {
  const textile =
    'h1(#nests). Nests\n\nThe stork builds it of twigs.\n\nbc(js). let nest = twigs.join().\n\nh2. Eggs\n\nShe lays four of them.\n'
  expect(titlesOf(textile)).toEqual(['Nests', 'Eggs'])
  expect(sentencesOf(textile)).toEqual(['The stork builds it of twigs.', 'She lays four of them.'])
})

it('a footnote is no sentence, however many lines it has', () => {
  const text =
    'The stork is white.[^1]\n\n[^1]: Its wings are black, which is seen from far away when it flies\n    over the meadows.\n\nIt eats frogs.\n'
  expect(sentencesOf(text)).toEqual(['The stork is white.[^1]', 'It eats frogs.'])
})
