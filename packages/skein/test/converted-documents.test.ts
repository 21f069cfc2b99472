import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { mapStore } from '@skein/memory'
import { strToU8, unzipSync, zipSync } from 'fflate'
import { describe, expect, it } from 'vitest'

import { readDocument } from '../src/documents/read-document.ts'
import { runReport } from '../src/index.ts'
import { splitSections } from '../src/sections/split-sections.ts'
import { temporaryFolder } from './sample-files.ts'

// One text of ours, as Chromium prints it, and as pandoc converts it.
const fixture = (ending: string): string => join(import.meta.dirname, 'fixtures/documents', `cranes.${ending}`)
const endings = ['pdf', 'docx', 'epub'] as const
const packages = { pdf: 'unpdf', docx: 'mammoth', epub: 'fflate' } as const

const headings = ['Counting the birds', 'What was counted', 'Why they stay', 'What may change', 'Who pays for it']
const sentences = [
  'They stood on the eastern dike from half past four in the morning until the mist had lifted, which on most days was shortly after nine o’clock.',
  'Most of them had come from breeding grounds around the Baltic Sea, as the rings of 38 birds showed.',
  'The farmers around the mere leave the stubble of the maize fields standing until the middle of November.',
  'A road bridge is planned north of the mere; its building would begin in 2027.',
  'The district pays them 85 euros per hectare for this.',
]
const words = (text: string): string => text.replaceAll(/\s+/g, ' ')

/** Reads a document where some packages are not installed. */
const withoutPackages = (missing: readonly string[]): string => `
  import { registerHooks } from 'node:module'
  const missing = ${JSON.stringify(missing)}
  registerHooks({ resolve: (name, context, next) => next(missing.includes(name) ? 'not-installed' : name, context) })
  const { readDocument } = await import(${JSON.stringify(new URL('../src/documents/read-document.ts', import.meta.url))})
  const path = process.argv[1]
  const { text } = await readDocument(path, path).catch((error) => ({ text: error.message }))
  console.log(text)`

function save(name: string, bytes: Uint8Array | string): string {
  const path = join(temporaryFolder(), name)
  writeFileSync(path, bytes)
  return path
}

describe.each(endings)('a document as %s', (ending) => {
  it('has its headings, its sentences and the rows of its table, and no marks of notes', async () => {
    const { text } = await readDocument(fixture(ending), 'cranes')
    const titles = splitSections(text).map(({ title }) => title)
    for (const heading of headings) expect(titles.some((title) => title.endsWith(heading))).toBe(true)
    for (const sentence of sentences) expect(words(text)).toContain(sentence)
    expect(text).toMatch(/^\W*October\W+1,937\W+11\W*$/m)
    expect(text).not.toMatch(/[↩↑]|November\.1|Page \d of/)
  })

  it('is answered from, with the place in its text', async () => {
    const question = 'How many cranes did the second count find in October?'
    const { summary } = await runReport({ files: [fixture(ending)], store: mapStore(), questions: [question] })
    const found = summary.find(({ text }) => text.includes('1,937 cranes'))
    const { text, pages } = await readDocument(fixture(ending), 'cranes')
    const [citation] = found?.citations ?? []
    expect(text.slice(citation?.start, citation?.end)).toBe(found?.text)
    expect(citation?.page).toBe(pages && 2)
  })

  it('is told by its bytes, whatever it is called', async () => {
    const path = save('cranes.txt', readFileSync(fixture(ending)))
    const { text } = await readDocument(path, 'cranes.txt')
    expect(text).toContain('Why they stay')
  })

  it('names the package that reads it, where that is missing', () => {
    const { stdout } = spawnSync(process.execPath, [
      '--input-type=module',
      '-e',
      withoutPackages(Object.values(packages)),
      fixture(ending),
    ])
    expect(String(stdout)).toMatch(
      new RegExp(`cranes\\.${ending} is an? .* \\(npm install ${packages[ending]}\\), or convert`),
    )
  })

  it('is refused where it is damaged, with its name', async () => {
    const bytes = readFileSync(fixture(ending))
    await expect(readDocument(save('cut', bytes.subarray(0, 3_000)), 'cut')).rejects.toThrow(
      /^cut (?:is|can't be read)/,
    )
    await expect(readDocument(save('hole', hollow(bytes)), 'hole')).rejects.toThrow(/^hole (?:is|can't be read)/)
  })
})

function hollow(bytes: Uint8Array): Uint8Array {
  return Uint8Array.from(bytes, (byte, index) => (index > 40 && index < bytes.length * 0.9 ? 0 : byte))
}

describe('a PDF', () => {
  it('has a page for each place', async () => {
    const { text, pages = [] } = await readDocument(fixture('pdf'), 'cranes')
    expect(pages).toHaveLength(4)
    expect(text.slice(pages[2], pages[3])).toMatch(/^The water of the mere[^]*Who pays for it\s*$/)
  })

  it('without text is said to be a scan', async () => {
    const empty =
      '%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n' +
      '3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>endobj\ntrailer<</Root 1 0 R>>\n'
    await expect(readDocument(save('scan.pdf', empty), 'scan.pdf')).rejects.toThrow(/scan\.pdf is a PDF without text/)
  })

  it('joins words that are parted at the end of a line, and keeps the lines as long as they are', async () => {
    const lines = [
      'The cranes of the lake were counted by the offi-',
      'cials of the county in the cold month of',
      'October.',
    ]
    const page = lines.map((text, index) => ({ y: 700 - index * 14, text }))
    const { text } = await readDocument(save('parted.pdf', printed([page])), 'parted.pdf')
    expect(text.split('\n')).toEqual([
      'The cranes of the lake were counted by the officials',
      'of the county in the cold month of',
      'October.',
    ])
  })

  it('has its letters where it only names the table of them, or says what to install', () => {
    const path = save('crane.pdf', printed([[{ y: 700, text: '鶴は湖に千羽いる。' }]], japanese))
    const read = (missing: readonly string[]): string => {
      const args = ['--input-type=module', '-e', withoutPackages(missing), path]
      const { stdout } = spawnSync(process.execPath, args, { encoding: 'utf8' })
      return stdout
    }
    expect(read([])).toContain('鶴は湖に千羽いる。')
    expect(read(['pdfjs-dist/package.json'])).toMatch(
      /crane\.pdf is a PDF whose letters need tables \(UniJIS-UTF16-H.*\(npm install pdfjs-dist\)/,
    )
  })

  it('has no lines that count its pages, whatever chapter they name', async () => {
    const animals = ['the stork', 'the heron', 'the crane', 'the ibis', 'the egret', 'the bittern', 'the spoonbill']
    const pages = animals.map((animal, index): readonly Printed[] => {
      const page = index + 5
      // On the left the chapter, on the right the section, which has its own line in the text. A chapter begins without.
      const head = page % 2 === 0 ? `${page} Chapter 1. Of birds` : `1.${index} How ${animal} flies ${page}`
      const body = [
        `1.${index}. How ${animal} flies`,
        `It took years to count ${animal}.`,
        `Nobody knows why ${animal} stays.`,
      ]
      return [
        ...(index === 3 ? [] : [{ y: 800, text: head }]),
        ...body.map((text, line) => ({ y: 700 - 60 * line, text })),
        { y: 60, text: `Of ${animal}` },
        ...(index === 3 ? [{ y: 40, text: String(page) }] : []),
      ]
    })
    const { text } = await readDocument(save('birds.pdf', printed(pages)), 'birds.pdf')
    expect(text).not.toMatch(/Chapter 1|flies \d/)
    for (const [index, animal] of animals.entries()) {
      expect(text).toContain(`1.${index}. How ${animal} flies`)
      expect(text).toContain(`Nobody knows why ${animal} stays.`)
    }
  })

  it('keeps titles that happen to count its pages', async () => {
    const titles = ['Storks', 'Herons', 'Cranes', 'Egrets', 'Bitterns']
    const pages = titles.map((title, index) => [
      { y: 800, text: `${index + 1} ${title}` },
      { y: 700, text: `Of ${title} there are many.` },
      { y: 600, text: `The nests of ${title} are large.` },
      { y: 100, text: `So much of ${title}.` },
    ])
    const { text } = await readDocument(save('slides.pdf', printed(pages)), 'slides.pdf')
    for (const [index, title] of titles.entries()) expect(text).toContain(`${index + 1} ${title}`)
  })
})

describe('an archive', () => {
  const book = unzipSync(readFileSync(fixture('epub')))

  it('that is none of these formats is said to be one', async () => {
    const path = save('table.xlsx', zipSync({ 'xl/workbook.xml': strToU8('<x/>') }))
    await expect(readDocument(path, 'table.xlsx')).rejects.toThrow(/table\.xlsx is a ZIP archive, .*pandoc/)
  })

  it('that unpacks to far more than its size is not unpacked', async () => {
    const path = save('bomb.epub', zipSync({ ...book, 'large.xhtml': new Uint8Array(300 * 1024 ** 2) }, { level: 1 }))
    await expect(readDocument(path, 'bomb.epub')).rejects.toThrow('bomb.epub unpacks to more than 256 MB')
  })

  it('of a protected book is said to be one; one with encrypted fonts is read', async () => {
    const locked = (uri: string): Uint8Array =>
      strToU8(
        `<encryption xmlns:enc="e"><enc:CipherData><enc:CipherReference URI="${uri}"/></enc:CipherData></encryption>`,
      )
    const sold = save('sold.epub', zipSync({ ...book, 'META-INF/encryption.xml': locked('EPUB/text/ch002.xhtml') }))
    await expect(readDocument(sold, 'sold.epub')).rejects.toThrow(/sold\.epub is protected/)
    const free = save('free.epub', zipSync({ ...book, 'META-INF/encryption.xml': locked('EPUB/fonts/a.otf') }))
    await expect(readDocument(free, 'free.epub')).resolves.toMatchObject({ isConverted: true })
  })

  it('of a book that lacks a chapter is said to be damaged', async () => {
    const { 'EPUB/text/ch002.xhtml': _, ...rest } = book
    await expect(readDocument(save('torn.epub', zipSync(rest)), 'torn.epub')).rejects.toThrow(
      /it lacks EPUB\/text\/ch002/,
    )
  })
})

/** A line on a page, with its height above the lower edge in points. */
interface Printed {
  readonly y: number
  readonly text: string
}

const latin = '<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>'
const japanese =
  '<</Type/Font/Subtype/Type0/BaseFont/Mincho/Encoding/UniJIS-UTF16-H/DescendantFonts[<</Type/Font/Subtype/CIDFontType0' +
  '/BaseFont/Mincho/CIDSystemInfo<</Registry(Adobe)/Ordering(Japan1)/Supplement 6>>/FontDescriptor<</Type/FontDescriptor' +
  '/FontName/Mincho/Flags 4/FontBBox[0 0 1000 1000]/ItalicAngle 0/Ascent 800/Descent -200/CapHeight 800/StemV 80>>>>]>>'

/** A PDF with these pages. A Japanese one has neither its font nor the table of its letters, which it names. */
function printed(pages: readonly (readonly Printed[])[], font = latin): string {
  const kids = pages.map((_, index) => `${4 + index * 2} 0 R`).join(' ')
  const shownAs = (text: string): string =>
    font === latin ? `(${text})` : `<${Buffer.from(text, 'utf16le').swap16().toString('hex')}>`
  const objects = [
    '<</Type/Catalog/Pages 2 0 R>>',
    `<</Type/Pages/Kids[${kids}]/Count ${pages.length}>>`,
    font,
    ...pages.flatMap((lines, index) => {
      const shown = lines.map(({ y, text }) => `BT /F1 12 Tf 72 ${y} Td ${shownAs(text)} Tj ET`).join('\n')
      return [
        `<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<</Font<</F1 3 0 R>>>>/Contents ${5 + index * 2} 0 R>>`,
        `<</Length ${shown.length}>>stream\n${shown}\nendstream`,
      ]
    }),
  ]
  const body = objects.map((object, index) => `${index + 1} 0 obj\n${object}\nendobj`).join('\n')
  return `%PDF-1.4\n${body}\ntrailer<</Root 1 0 R>>\n`
}
