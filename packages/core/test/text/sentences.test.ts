import { readFileSync } from 'node:fs'

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { detectLanguage } from '../../src/languages/detect-language.ts'
import { splitSentences } from '../../src/text/sentences.ts'

const report = readFileSync(new URL('../../../../examples/data/1981_jimmy_carter_d.txt', import.meta.url), 'utf8')

// Any code unit at all, and the pieces that the rules look at.
const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 200 }),
  fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 60 }).map((units) => String.fromCharCode(...units)),
  fc
    .array(
      fc.constantFrom(
        'Mr.',
        'U.S.',
        'A',
        'I.',
        'The',
        'word',
        'HEALTH',
        'CARE',
        '. ',
        '; -',
        ' ',
        '\n',
        '\n\n',
        '😀',
        '1.',
        '"',
      ),
      { maxLength: 400 },
    )
    .map((parts) => parts.join('')),
)

function sentencesOf(text: string): string[] {
  return splitSentences(text).map(({ start, end }) => text.slice(start, end))
}

describe('splitSentences', () => {
  it.each([
    ['titles', 'Mr. Carter met Dr. King. They spoke.', ['Mr. Carter met Dr. King.', 'They spoke.']],
    ['a dotted abbreviation before a name', 'The U.S. Congress sat.', ['The U.S. Congress sat.']],
    [
      'a dotted abbreviation at the end',
      'It is in the U.S. The rest follows.',
      ['It is in the U.S.', 'The rest follows.'],
    ],
    ['two of them in a row', 'We left the U.S. U.S. aid ended.', ['We left the U.S.', 'U.S. aid ended.']],
    ['"No." before a number', 'See No. 5 and Fig. 3. Done.', ['See No. 5 and Fig. 3.', 'Done.']],
    ['"No." as an answer', 'No. That is wrong.', ['No.', 'That is wrong.']],
    ['initials', 'Harry S. Truman and J. R. R. Tolkien.', ['Harry S. Truman and J. R. R. Tolkien.']],
    ['"I" at the end', 'So do I. Congress agrees.', ['So do I.', 'Congress agrees.']],
    ['"Jr."', 'Dr. King, Jr. Boulevard is long.', ['Dr. King, Jr. Boulevard is long.']],
    ['a figure at the beginning', 'It rose in 1981. 52 men came.', ['It rose in 1981.', '52 men came.']],
    ['list dashes', 'We did this. -more was done. -It helps.', ['We did this.', '-more was done.', '-It helps.']],
    ['other scripts', 'Привет мир. Как дела? 你好。世界！', ['Привет мир.', 'Как дела?', '你好。', '世界！']],
  ])('handles %s', (_, text, expected) => {
    expect(sentencesOf(text)).toEqual(expected)
  })

  it('joins wrapped lines, and keeps headings, list items and paragraphs apart', () => {
    const text =
      'A title\n\nA wrapped line of a text that goes on and on until\nCongress sat in the\nhall. Two\n\n- one\n- two'
    expect(sentencesOf(text)).toEqual([
      'A title',
      'A wrapped line of a text that goes on and on until\nCongress sat in the\nhall.',
      'Two',
      '- one',
      '- two',
    ])
  })

  it('cuts off headings in the flow of a text', () => {
    const text =
      'It is over. VII. FOREIGN POLICY From the time I came. Special Needs WOMEN The past was good. ' +
      'THE HUMANITIES I recently spoke. They include: SPECIAL LOAN RATES Another measure passed.'
    expect(sentencesOf(text)).toEqual([
      'It is over.',
      'VII. FOREIGN POLICY',
      'From the time I came.',
      'Special Needs',
      'WOMEN',
      'The past was good.',
      'THE HUMANITIES',
      'I recently spoke.',
      'They include:',
      'SPECIAL LOAN RATES',
      'Another measure passed.',
    ])
  })

  it.each([
    'NATO Allies met.',
    'SALT II Treaty talks went on.',
    'OFCCP rules hold.',
    'U.S. NAVY Admiral Smith spoke.',
    'I AM Sam.',
  ])('takes no acronym for a heading: %s', (text) => {
    expect(sentencesOf(text)).toEqual([text])
  })

  it('cuts endless lists at their items', () => {
    const item = 'a thing that was done in the course of the past four years'
    const text = `We did: ${Array.from({ length: 12 }, () => `-${item}`).join('; ')}.`
    expect(sentencesOf(text)).toEqual(['We did:', ...Array.from({ length: 11 }, () => `-${item};`), `-${item}.`])
  })

  it('covers all text, in order, in trimmed ranges of bounded length', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        let position = 0
        for (const { start, end } of splitSentences(text)) {
          expect(text.slice(position, start).trim()).toBe('')
          expect(end).toBeGreaterThan(start)
          expect(end - start).toBeLessThanOrEqual(600)
          expect(text.slice(start, end).trim()).toBe(text.slice(start, end))
          expect(partsPair(text, start) || partsPair(text, end)).toBe(false)
          position = end
        }
        expect(text.slice(position).trim()).toBe('')
      }),
    )
  })

  it.each([
    ['他讲过一百多部书，听众从未超过六十人……电影在这里拍摄。', 2],
    ['我……我不知道你在说什么。', 1],
    ['苹果、梨、香蕉……都很好吃。', 1],
    ['昔はここに大きな森がありました……今は何も残っていません。', 2],
    ['そんなことは……ないと思います。', 1],
    ['風が強くて……とても寒かったです。', 1],
  ])('tells dots that end a sentence from those that leave it open: %s', (text, count) => {
    expect(sentencesOf(text)).toHaveLength(count)
  })

  it.each([
    ['no space', 'a'.repeat(5_000_000)],
    ['only dots that leave a sentence open', '我…'.repeat(500_000)],
    ['no space, two units a character', '😀'.repeat(2_500_000)],
    ['only full stops', '.'.repeat(5_000_000)],
    ['only white space', ' '.repeat(5_000_000)],
    ['only abbreviations', 'Mr. '.repeat(500_000)],
    ['only list items', 'x; -'.repeat(500_000)],
  ])('takes linear time: %s', { timeout: 100_000 }, (_, text) => {
    const sentences = splitSentences(text)
    expect(sentences.at(-1)?.end ?? 0).toBe(text.trimEnd().length)
  })

  it('reads a real report', () => {
    const sentences = sentencesOf(report)
    expect(sentences.length).toBeGreaterThan(1_400)
    expect(sentences[0]).toBe('To the Congress of the United States: The State of the Union is sound.')
    expect(sentences).toContain('RECORD OF PROGRESS')
    expect(sentences).toContain('MARTIN LUTHER KING, JR.')
    expect(sentences).toContain(
      "Dr. Martin Luther King, Jr. led this Nation's effort to provide all its citizens with civil rights and equal opportunities.",
    )
    expect(sentences.filter((sentence) => /\b(?:Mr|Dr|No|D\.C)\.$/.test(sentence))).toEqual([])
  })
})

function partsPair(text: string, offset: number): boolean {
  return offset > 0 && (text.codePointAt(offset - 1) ?? 0) > 0xffff
}

it.each([
  ['cs', 'Hrad má 4 věže, např. Bílou. Správcem je Ing. Petr Novák. Vstupné činí 120 Kč. V pondělí je zavřeno.', 4],
  ['da', 'Møllen maler ca. to tons rug om ugen. Den ligger i Ribe. Kl. 9 åbner hr. Lund døren.', 3],
  [
    'nl',
    "'t Is druk en het regent. 's Avonds rijdt de tram niet, d.w.z. na 5 jan. jl. Een kaartje kost € 4,20. 's-Gravenhage slaapt.",
    4,
  ],
  ['pl', 'Most kosztował 40 mln zł. Tramwaje, np. nr 5, jeżdżą objazdem. Inżynierem był prof. Jan Zieliński.', 3],
  ['sv', 'Båten går kl. 10.15 från Smögen. Biljetten kostar 95 kr. Lampan lyser bl.a. på hösten.', 3],
  ['tr', "Kule M.Ö. 408 yılında yapıldı. Müdür Dr. Işıl Öztürk'tür. Son tekne saat 18.30'da kalkar.", 3],
  ['uk', 'Міст у м. Дніпро збудували в 1932 р. за планом. Його довжина — 95 м. Архітектором був проф. М. Шпак.', 3],
  ['vi', 'Chợ nằm cách TP. Cần Thơ khoảng 6 km. Chủ thuyền là bà Hoa. Khách đến lúc 5 giờ.', 3],
])('knows the abbreviations of %s, and the language by its words and letters', (language, text, count) => {
  expect(detectLanguage(text)).toBe(language)
  expect(sentencesOf(text)).toHaveLength(count)
})

it.each([
  ['a.m. before another sentence', 'He wakes us at 6:30 a.m. Breakfast costs extra. Come at 9 a.m. Monday.', 3],
  ['a note of a wiki', 'The bridge is in Mostar.<ref>Smith, p. 4.</ref> It was built in 1566.', 2],
])('ends sentences at %s', (_, text, count) => {
  expect(sentencesOf(text)).toHaveLength(count)
})

it.each([
  [
    'items with brackets',
    'Many ride them.\n\n+ Students ride at night;\n+ families (children under six travel free);',
    ['sentence', 'sentence', 'sentence'],
  ],
  [
    'what a template of a wiki is filled with',
    'See it.\n\n{{Bridge\n| opened = 1566\n}}',
    ['sentence', 'other', 'row', 'other'],
  ],
  ['short lines below what announces them', 'Ingredients:\n  500 g plums\n  200 g flour', ['sentence', 'row', 'row']],
  ['an empty line of a quotation', '> So it is.\n>\n> So it was.', ['other', 'sentence', 'other', 'other', 'sentence']],
])('tells from sentences: %s', (_, text, kinds) => {
  expect(splitSentences(text).map(({ kind }) => kind)).toEqual(kinds)
})

const imports = 'import os\nimport sys\nfrom json import dumps'
const lines = 'The tool reads a file.\nIt then sends the file on\nto all who asked for it.\n'

it.each([
  ['AsciiDoc', `= Tool\n\n${lines}\n----\n${imports}\n----\n`],
  ['Org', `#+TITLE: Tool\n\n${lines}\n#+begin_src python\n${imports}\n#+end_src\n`],
  ['LaTeX', `% Ours\n\\documentclass{article}\n${lines}\n\\begin{python}\n${imports}\n\\end{python}\n`],
  ['MediaWiki', `== Tool ==\n${lines}\n<syntaxhighlight lang="python">\n${imports}\n</syntaxhighlight>\n`],
  ['Markdown with tags', `# Tool\n\n${lines}\n<pre>\n${imports}\n</pre>\n`],
  ['Markdown with templates', `# Tool\n\n${lines}\n{% highlight python %}\n${imports}\n{% endhighlight %}\n`],
  ['a mail', `Hello Ann,\n\n${lines}\nThese lines fail here:\n\n${imports}\n`],
  ['trade', `import duties rose\nimport quotas fell\n\n${lines}`],
])('are found in a text that shows imports: %s', (_, text) => {
  expect(proseOf(text)).toEqual(
    expect.arrayContaining(['The tool reads a file.', 'It then sends the file on\nto all who asked for it.']),
  )
})

it('are found in a mail that has a long line for a paragraph, and shows imports', () => {
  expect(proseOf(`Hi,\n\n${'The lamp is broken. '.repeat(9)}\n\n${imports}\n\nBest\nAnn\n`)).toContain(
    'The lamp is broken.',
  )
})

it.each([
  ['Python', `"""\nReads files.\nIt sends them on.\nNobody waits.\n"""\n${imports}\n\ndef main():\n    run()\n`],
  ['JavaScript', "import { a, b as c } from 'a'\nimport 'b'\n\n/* It reads files.\nIt sends them on.\n*/\nstart(a)\n"],
])('are not found in a program, whatever its comments say: %s', (_, text) => {
  expect(proseOf(text)).toEqual([])
})

it.each([
  'Von meinem Fenster aus sehe ich die alte Brücke.',
  'Sent from Paris, the telegram took four minutes.',
  'Gesendet von Berlin aus, kam das Bild am Abend an.',
  'Enviado desde Madrid en 1936, el mensaje llegó tarde.',
  'Sent from a phone in Paris, the picture\ntook four minutes.',
  'Kennedy spoke at Rice University. In September 1962 he told the crowd:\n> We choose to go.',
  'In a letter of 22 August 1862, Lincoln wrote:\n> I would save the Union.',
  '# Port\n\n[NOTE]\n--\nBring a coat and a hat\n\nThe wind is cold there.\n--\n',
  '= Port\n\n[NOTE]\n--\nBring a coat and a hat\n--\n',
  'He left the town.\n\n--\nShe came back in May\nand stayed for a year.\n',
  `He left the town.\n\n--\nShe came back in May, and she\n\n${'It rained all day.\n\n'.repeat(12)}`,
  'We have 20 pears and 25 apples.\nThat is\n= 45 apples in all\nand nobody is hungry now.',
])('are not taken for what stands around a mail: %s', (text) => {
  const lost = splitSentences(text).filter(({ kind }) => kind === 'other')
  expect(lost.filter(({ start, end }) => text.slice(start, end).includes(' '))).toEqual([])
})

it.each([
  ['Sent from my iPhone'],
  ['Von meinem iPad gesendet'],
  ['Sent from Mail for Windows'],
  ['Get Outlook for Android'],
  ['Envoyé de mon téléphone Orange'],
  ['--\nOla Nilsen, head of the board\nTel. 555 0101'],
  ['On Mon, 4 Mar 2024 at 10:00, Ann wrote:', '> Where is it?'],
  ['Le 4 mars 2024, Ann Berg a écrit :', '> Where is it?'],
  ['Am 12.10.2026 schrieb\nEmil Frey aus dem Büro im Keller:', '> Where is it?'],
  ['Ann Berg <ann@example.org>:\n', '> Where is it?'],
])('are told from what stands around a mail: %s', (around, quote = '') => {
  expect(proseOf(`The lamp is broken.\n\n${around}\n${quote}`)).toEqual([
    'The lamp is broken.',
    ...(quote === '' ? [] : ['Where is it?']),
  ])
})

function proseOf(text: string): string[] {
  const parts = splitSentences(text).filter(({ kind }) => kind === 'sentence')
  return parts.map(({ start, end }) => text.slice(start, end))
}

describe('messages within a text', () => {
  const shownOf = (text: string): string[] =>
    splitSentences(text)
      .filter(({ kind }) => kind !== 'other')
      .map(({ start, end }) => text.slice(start, end))

  it.each([
    ['From: Ann Lee <ann@example.org>\nTo: Bob Ray\nDate: Mon, 4 Sep 2023 09:12\nSubject: Boat'],
    ['Von: Anna Lee\nGesendet: Montag, 4. September 2023 09:12\nAn: Bob Ray\nBetreff: Boot'],
    ['De : Anne Lee\nEnvoyé : lundi 4 septembre 2023\nÀ : Bob Ray\nObjet : Bateau'],
  ])('leave out their headers, and who wrote the one above: %j', (header) => {
    const text = `The boat is late. It comes on Friday.\n\nAnn\n\n-----\n\n${header}\n\nThe mast is here. It is long.\n`
    expect(shownOf(text)).toEqual(['The boat is late.', 'It comes on Friday.', 'The mast is here.', 'It is long.'])
  })

  it('keep what only looks like a header', () => {
    const text = 'The timetable is new.\n\nFrom: Kiel\nTo: Oslo\nPrice: 40 euros\n\nThe ferry is old.\n'
    expect(shownOf(text).join(' ')).toContain('From: Kiel')
  })
})
