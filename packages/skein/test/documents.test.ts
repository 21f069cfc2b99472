import { execFileSync } from 'node:child_process'
import { createWriteStream, mkdirSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { describe, expect, it } from 'vitest'

import { decodeText } from '../src/documents/decode-text.ts'
import { findFiles } from '../src/documents/find-files.ts'
import { htmlText } from '../src/documents/html-text.ts'
import { mailText } from '../src/documents/mail/mail-text.ts'
import { originalRange, placesWithin } from '../src/documents/placed-text.ts'
import { readDocument } from '../src/documents/read-document.ts'
import { subtitleText } from '../src/documents/subtitle-text.ts'
import { mapStore } from '@skein/memory'
import { runReport } from '../src/index.ts'
import { startSkein } from './run-skein.ts'
import { folderWith, story, temporaryFolder } from './sample-files.ts'

const japanese = '白浜の灯台は技師の高橋によって建てられました。塔の高さは二十七メートルです。'
const russian = 'Обсерватория на горе Белой была основана астрономом Орловым. Отсюда видно всё небо.'
const chinese = '青石镇的老茶馆有两层楼，一共摆着四十二张方桌。老人们都点头称是。'
const thai = 'พิพิธภัณฑ์ตั้งอยู่ที่จังหวัดน่าน ค่าเข้าชมคนละ 20 บาท'
const korean = '등대는 1884년에 세워졌다. 불빛은 이십 해리 밖에서도 보인다.'
const german = 'Die Mühle am Bach gehört seit Jahren dem Müller. Die Bäcker möchten früh Brötchen.'
const framed =
  '┌──────────┬───────┐\n│ Größe    │ Preis │\n├──────────┼───────┤\n│ Äpfel    │ 3 DM  │\n└──────────┴───────┘\n'
const portuguese = 'A fundação da ponte é de 1932. A estação fica à margem do rio, e não há comboios.'
const polish = 'Źródło było głębokie. Zażółć gęślą jaźń, powiedział książę. Łódź leży w środku kraju.'
const greek = 'Η γέφυρα άνοιξε το 1932. Έχει μήκος πεντακόσια μέτρα. Ο μηχανικός πέθανε.'

/** UTF-16, with the bytes of each unit in either order. */
function utf16(text: string, isBigEndian = false): Buffer {
  const bytes = Buffer.from(text, 'utf16le')
  return isBigEndian ? bytes.swap16() : bytes
}

/** Bytes of a Windows encoding or another one that iconv knows. */
function encoded(text: string, encoding: string): Buffer {
  return execFileSync('iconv', ['-f', 'utf-8', '-t', encoding], { input: text })
}

describe('decodeText', () => {
  it.each([
    ['UTF-8 with a mark', Buffer.from(`\uFEFF${german}`), `\uFEFF${german}`],
    ['UTF-16 with a mark', utf16(`\uFEFF${russian}`), `\uFEFF${russian}`],
    ['UTF-16, big-endian', utf16(`\uFEFF${russian}`, true), `\uFEFF${russian}`],
    ['UTF-16 without a mark', utf16(story), story],
    ['Shift-JIS', encoded(japanese, 'shift_jis'), japanese],
    ['EUC-JP', encoded(japanese, 'euc-jp'), japanese],
    ['GB18030', encoded(chinese, 'gb18030'), chinese],
    ['windows-1251', encoded(russian, 'windows-1251'), russian],
    ['Mac OS, Cyrillic', encoded(russian, 'mac-cyrillic'), russian],
    ['DOS, Cyrillic', encoded(russian, 'cp866'), russian],
    ['Mac OS, Western', encoded(`${german} „So“`, 'macintosh'), `${german} „So“`],
    ['DOS, Western', encoded(german, 'cp850'), german],
    ['DOS of the first PC', encoded(german, 'cp437'), german],
    ['DOS, a table in a frame', encoded(framed, 'cp437'), framed],
    ['DOS, Portuguese', encoded(portuguese, 'cp850'), portuguese],
    ['DOS, Polish', encoded(polish, 'cp852'), polish],
    ['DOS, Greek', encoded(greek, 'cp737'), greek],
    ['UTF-16 of Japanese without a mark', utf16(`${japanese}\n`), `${japanese}\n`],
    ['UTF-16 of Chinese without a mark', utf16(`${chinese}\n`, true), `${chinese}\n`],
    ['UTF-16 of Thai without a mark', utf16(`${thai}\n`), `${thai}\n`],
    ['windows-874', encoded(thai, 'windows-874'), thai],
    ['EUC-KR', encoded(korean, 'euc-kr'), korean],
    ['ISO-2022-JP', encoded(japanese, 'iso-2022-jp'), japanese],
    [
      'GB18030, longer than what is looked at',
      encoded(`a${chinese.repeat(1_500)}`, 'gb18030'),
      `a${chinese.repeat(1_500)}`,
    ],
    ['KOI8-R', encoded(russian, 'koi8-r'), russian],
    ['windows-1252', encoded(`${german} „So“`, 'windows-1252'), `${german} „So“`],
  ])('reads %s', async (_, bytes, text) => {
    expect(await decodeText(bytes, 'a.txt')).toBe(text)
  })

  it('omits the mark at the end of files of DOS', async () => {
    expect(await decodeText(Buffer.from('It ends here.\r\n\u001A'), 'a.txt')).toBe('It ends here.\r\n')
  })

  it('believes XML about its encoding, unless its bytes are UTF-8 or no text in that', async () => {
    const xml = (encoding: string): string => `<?xml version="1.0" encoding="${encoding}"?><a>Žal.</a>`
    expect(await decodeText(encoded(xml('ISO-8859-2'), 'iso-8859-2'), 'a.xml')).toBe(xml('ISO-8859-2'))
    expect(await decodeText(Buffer.from(xml('KOI8-R')), 'a.xml')).toBe(xml('KOI8-R'))
    for (const wrong of ['klingon', 'utf-8', 'euc-kr']) {
      expect(await decodeText(encoded(xml(wrong), 'iso-8859-2'), 'a.xml')).toContain(`encoding="${wrong}"`)
    }
  })

  it('reads an encoding that is named', async () => {
    expect(await decodeText(encoded(german, 'iso-8859-15'), 'a.txt', 'iso-8859-15')).toBe(german)
    expect(await decodeText(encoded(german, 'cp850'), 'a.txt', 'cp850')).toBe(german)
    expect(await decodeText(encoded(framed, 'cp437'), 'a.txt', 'IBM437')).toBe(framed)
    await expect(decodeText(Buffer.from(german), 'a.txt', 'utf-16le')).rejects.toThrow(
      /is not text in utf-16le\. .*--encoding/,
    )
  })

  it('knows UTF-32 by its mark, and refuses it', async () => {
    await expect(decodeText(Buffer.from([0xff, 0xfe, 0, 0, 0x41, 0, 0, 0]), 'a.txt')).rejects.toThrow(
      'a.txt is UTF-32. Convert it to UTF-8 first.',
    )
  })

  it('says where a stray NUL is', async () => {
    const text = `${story}The geese \0flew.\n${story}`
    await expect(decodeText(Buffer.from(text), 'a.txt')).rejects.toThrow(
      'a.txt has a NUL character in line 2, column 11 (character 128)',
    )
    await expect(decodeText(Buffer.from('A note.\nTwo\0 words.'), 'a.txt')).rejects.toThrow(
      'in line 2, column 4 (character 11)',
    )
  })

  it.each([
    ['RTF', '{\\rtf1', /is RTF\. .*pandoc/],
    ['a binary file', '\u0001\0\u0002', /binary/],
  ])('refuses %s and says what to do', async (_, head, expected) => {
    await expect(decodeText(Buffer.from(head, 'latin1'), 'a')).rejects.toThrow(expected)
  })
})

describe('htmlText', () => {
  const html =
    '<h2>Trams</h2><p>The <b>tram</b> costs\n2&nbsp;&euro; &amp; more.</p><ul><li>One.<li>Two.</ul><script>no()</script><pre>a  b</pre>'
  const { text, places } = htmlText(html)

  it('shows what a page says, with the marks of Markdown', () => {
    expect(text.replaceAll('\u00A0', ' ')).toBe(
      '## Trams\n\nThe tram costs 2 € & more.\n\n- One.\n\n- Two.\n\n```\na  b\n```',
    )
  })

  it.each([
    ['The tram costs', 'The <b>tram</b> costs'],
    ['tram', 'tram'],
    ['€ & more.', '&euro; &amp; more.'],
    ['Two.', 'Two.'],
  ])('knows where its words stand: %s', (words, original) => {
    const at = text.indexOf(words)
    const { start, end } = originalRange(places, at, at + words.length)
    expect(html.slice(start, end)).toBe(original)
    // The same from within a part.
    const within = originalRange(placesWithin(places, at - 1, text.length), 1, 1 + words.length)
    expect(within).toEqual({ start, end })
  })

  it.each(['', '<', '<p', '&', '<p>a</div></p></td>', '<td>x', `<p>${'<b>'.repeat(50_000)}x`])(
    'reads what is no HTML: %s',
    (broken) => {
      expect(htmlText(broken).text.length).toBeLessThanOrEqual(broken.length + 10)
    },
  )
})

it('subtitleText joins what is spoken', () => {
  const srt =
    '1\r\n00:00:01,000 --> 00:00:02,000\r\nWhales <i>sing</i>\r\n\r\n2\r\n00:00:03,000 --> 00:00:04,000\r\nall day.\r\n'
  const { text, places } = subtitleText(srt)
  expect(text).toBe('Whales sing all day.')
  const { start, end } = originalRange(places, text.indexOf('all'), text.length)
  expect(srt.slice(start, end)).toBe('all day.')
})

describe('mailText', () => {
  const kept = (mail: string, part: string): string => {
    const { text, places } = mailText(mail) ?? { text: '', places: [] }
    const at = text.indexOf(part)
    const { start, end } = originalRange(places, at, at + part.length)
    return mail.slice(start, end)
  }

  it('shows what a reader sees, with the place of each part', () => {
    const mail = [
      'From: =?iso-8859-1?Q?J=F8rn?= <j@example.org>\r\nTo: a@example.org\r\nSubject: =?utf-8?B?TcO4dGU=?=\r\n',
      'Content-Type: multipart/mixed;\r\n boundary=b\r\n\r\nThis is MIME.\r\n--b\r\n',
      'Content-Type: multipart/alternative; boundary="c c"\r\n\r\n--c c\r\nContent-Type: text/html\r\n\r\n<p>No.\r\n',
      '--c c\r\nContent-Transfer-Encoding: Quoted-Printable\r\n\r\nThe caf=C3=\r\n=A9 is open=\r\n late.\r\n--c c--\r\n',
      '--b\r\nContent-Type: text/plain; name=x\r\nContent-Disposition: attachment\r\n\r\nSecret.\r\n',
      '--b\r\nContent-Type: text/html; charset=windows-1252\r\nContent-Transfer-Encoding: base64\r\n\r\n',
      `${Buffer.from('<p>It is <b>caf\u00E9</b> time.\n<p>Come!', 'latin1').toString('base64')}\r\n--b--\r\nEnd.`,
    ].join('')
    const { text = '' } = mailText(mail) ?? {}
    expect(text).toContain('# Møte\n\nFrom: Jørn <j@example.org>\nTo: a@example.org\n')
    expect(text).toContain('The café is open late.')
    expect(text).toContain('It is café time.')
    expect(text).not.toMatch(/MIME|No\.|Secret|End/)
    expect(kept(mail, 'café is open late.')).toBe('caf=C3=\r\n=A9 is open=\r\n late.')
    expect(kept(mail, 'Jørn <j@example.org>')).toBe('=?iso-8859-1?Q?J=F8rn?= <j@example.org>')
    expect(Buffer.from(kept(mail, 'Come!'), 'base64').toString('latin1')).toBe('Come!')
  })

  it.each([
    ['no mail', 'Dear Ann: the ferry is late.\n\nContent-Transfer-Encoding: base64\n'],
    ['mail that is its own text', 'From: a@example.org\nSubject: Hi\n\nThe ferry is late.\n'],
  ])('leaves alone %s', (_, text) => {
    expect(mailText(text)).toBeUndefined()
  })

  it.each([
    ['From: a\nTo: b\n', 'Content-Type: multipart/mixed; boundary=b\n\n', '--b\n'],
    [
      'From: a\nTo: b\n',
      'Content-Type: multipart/mixed; boundary=b\n',
      '--b\nContent-Type: multipart/mixed; boundary=b\n\n',
    ],
    ['From: a\nTo: b\nContent-Transfer-Encoding: quoted-printable\n\n', '=', '=C3=\n'],
    ['From: a\nTo: b\nSubject: ', '=?utf-8?Q?', ' =?x?B?'],
  ])('takes linear time', (head, one, other) => {
    for (const part of [one, other]) {
      const text = mailText(`${head}${part.repeat(50_000)}`)?.text ?? ''
      expect(text.length).toBeLessThan(3_000_000)
    }
  })
})

describe('findFiles', () => {
  it('finds the texts of folders and patterns, in order, each once', async () => {
    const folder = folderWith({ 'b.txt': '', 'a.md': '', 'c.png': '', '.hidden': '' })
    mkdirSync(join(folder, 'sub'))
    mkdirSync(join(folder, 'node_modules'))
    writeFileSync(join(folder, 'sub/d.txt'), '')
    writeFileSync(join(folder, 'node_modules/e.txt'), '')
    const names = async (...paths: string[]): Promise<string[]> =>
      (await findFiles(paths)).files.map((file) => file.slice(folder.length + 1))
    expect(await names(folder)).toEqual(['a.md', 'b.txt', 'sub/d.txt'])
    expect(await names(join(folder, '**/*.txt'), folder)).toEqual(['b.txt', 'node_modules/e.txt', 'sub/d.txt', 'a.md'])
    const { problems } = await findFiles([join(folder, '*.pdf'), join(folder, 'none.txt')])
    expect(problems.map(({ message }) => message)).toEqual([expect.stringContaining('matches no file')])
    const asked = await findFiles(['Who keeps the bees?'])
    expect(asked.problems.map(({ message }) => message)).toEqual([expect.stringContaining('--question')])
  })
})

describe('readDocument', () => {
  it('stops reading when the signal aborts', async () => {
    const path = join(temporaryFolder(), 'large.txt')
    writeFileSync(path, 'Once upon a time.')
    // A hole takes no space; reading takes many turns of the event loop all the same.
    truncateSync(path, 200 * 1024 ** 2)
    const stop = new AbortController()
    const reading = readDocument(path, 'large.txt', { signal: stop.signal })
    setImmediate(() => stop.abort(new Error('enough')))
    await expect(reading).rejects.toThrow('enough')
  })

  it.skipIf(process.platform === 'win32')('refuses devices, which may never end', async () => {
    for (const path of ['/dev/zero', '/dev/null']) {
      await expect(readDocument(path, path)).rejects.toThrow(`${path} is not a regular file. Save it to a file first.`)
    }
  })
})

describe('runReport', () => {
  it('names all files that can not be used at once, or goes on without them', async () => {
    const folder = folderWith({ 'good.txt': story, 'empty.txt': '', 'nul.txt': '\0\u0001\u0002' })
    const options = { files: [folder, join(folder, 'none.txt')], store: mapStore(), threads: 1 }
    await expect(runReport(options)).rejects.toThrow(
      /^3 of 4 files can't be used\. .*empty\.txt is empty.*nul\.txt is a binary file.*none\.txt does not exist.*--skip-bad/,
    )
    const { skipped, summary } = await runReport({ ...options, skipBad: true })
    expect(skipped.map(({ source }) => source.slice(folder.length + 1)).toSorted()).toEqual([
      'empty.txt',
      'none.txt',
      'nul.txt',
    ])
    expect(summary.length).toBeGreaterThan(0)
    await expect(runReport({ ...options, files: [join(folder, 'empty.txt')], skipBad: true })).rejects.toThrow(
      /is empty/,
    )
  })

  it('takes the language and the encoding that are named', async () => {
    const folder = folderWith({ 'a.txt': encoded(russian, 'koi8-r') })
    const options = { files: [join(folder, 'a.txt')], store: mapStore(), threads: 1 } as const
    const { summary } = await runReport({ ...options, encoding: 'koi8-r', language: 'ru' })
    expect(russian).toContain(summary[0]?.text)
    await expect(runReport({ ...options, encoding: 'klingon' })).rejects.toMatchObject({ option: 'encoding' })
    await expect(runReport({ ...options, language: 'tlh' as 'ru' })).rejects.toMatchObject({ option: 'language' })
  })
})

it.skipIf(process.platform === 'win32')('skein run reads standard input and pipes', async () => {
  const folder = temporaryFolder()
  const pipe = join(folder, 'pipe')
  execFileSync('mkfifo', [pipe])
  const args = ['run', '-', pipe, '--store', 'memory:', '--json', '--threads', '1']
  const { child, ended } = startSkein(args, folder)
  child.stdin?.end(story)
  createWriteStream(pipe).end('The harbour was busier this year than in all the years before.\n')
  const { code, stdout } = await ended
  expect(code).toBe(0)
  const { summary } = JSON.parse(stdout) as { summary: { text: string; citations: { source: string }[] }[] }
  expect(new Set(summary.flatMap(({ citations }) => citations.map(({ source }) => source)))).toEqual(
    new Set(['-', pipe]),
  )
})
