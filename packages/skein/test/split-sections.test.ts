import { readFileSync } from 'node:fs'

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { splitSections } from '../src/sections/split-sections.ts'
import type { Section } from '../src/sections/split-sections.ts'

const report = readFileSync(new URL('../../../examples/data/1981_jimmy_carter_d.txt', import.meta.url), 'utf8')

const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc
    .array(
      fc.constantFrom(
        '# One',
        '## Two',
        '```',
        'HEALTH',
        'CARE',
        'THE',
        'I.',
        'The',
        'word',
        '. ',
        ' ',
        '\n',
        '\n\n',
        '😀',
        ',',
      ),
      { maxLength: 300 },
    )
    .map((parts) => parts.join('')),
)

function outline(text: string): string[] {
  return splitSections(text).map(({ topic, title }) => (topic === title ? title : `${topic} / ${title}`))
}

function bodies(text: string, sections: readonly Section[]): string[] {
  return sections.map(({ start, end }) => text.slice(start, end))
}

describe('splitSections', () => {
  it('takes capitals for emphasis where a sentence goes on from the line above', () => {
    const license =
      'TERMS OF USE\n\nThe work is distributed on an "as is" basis, without a promise of any kind and\n' +
      'WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied, by whoever gives it.\n\n' +
      'MORE TERMS\n\nThere are none, and that is all that has to be said about it here.'
    expect(splitSections(license).map(({ title }) => title)).toEqual(['TERMS OF USE', 'MORE TERMS'])
  })

  it('covers all text, in order, without overlap, in pieces of bounded length', () => {
    fc.assert(
      fc.property(anyText, fc.integer({ min: 2, max: 400 }), (text, maxChars) => {
        let position = 0
        for (const { start, end, title, topic } of splitSections(text, { maxChars })) {
          expect(text.slice(position, start).trim()).toBe('')
          expect(end).toBeGreaterThan(start)
          expect(end - start).toBeLessThanOrEqual(maxChars)
          expect(partsPair(text, start) || partsPair(text, end)).toBe(false)
          expect(title).not.toBe('')
          expect(topic).not.toBe('')
          position = end
        }
        expect(text.slice(position).trim()).toBe('')
      }),
    )
  })

  it('follows Markdown headings, but not comments in code', () => {
    const text =
      'Before.\n\n# Book #\n\n## One\n\nText.\n\n### Part\n\nMore.\n\n```sh\n# no heading\n```\n\n#tag\n\n## Two\nEnd.'
    expect(outline(text)).toEqual(['Before.', 'One', 'One / Part', 'Two'])
    expect(bodies(text, splitSections(text))[1]).toBe('# Book #\n\n## One\n\nText.')
  })

  it('takes a single Markdown heading for the topic of all', () => {
    expect(outline('# Book\nText.\n## Part\nMore.')).toEqual(['Book', 'Book / Part'])
  })

  it('follows headings in capitals on lines of their own', () => {
    const text = 'ENERGY\n\nIt is saved.\n\nTHE ARTS AND\nTHE HUMANITIES\nThey thrive.\n\nNATO and the EPA met.\n'
    expect(outline(text)).toEqual(['ENERGY', 'THE ARTS AND THE HUMANITIES'])
  })

  it('takes no shouted notice for headings', () => {
    const notice = 'Licence.\n\nTHIS SOFTWARE IS PROVIDED\nAS IS AND WITHOUT\nWARRANTY OF ANY KIND\n\nEnd.'
    expect(outline(notice)).toHaveLength(1)
  })

  it('follows headings in the flow of a text, by number and by place', () => {
    const text =
      'All is well. I. ENSURING ECONOMIC STRENGTH ECONOMY During the decade it grew. TRADE Over the year it rose. ' +
      'II. BASIC NEEDS We care. HEALTH NATIONAL HEALTH PLAN In 1979 I sent it. MARTIN LUTHER KING, JR. Dr. King led. ' +
      'Special Needs WOMEN The EEOC and NATO Allies helped. OFCCP rules hold. CONCLUSION We hope.'
    expect(outline(text)).toEqual([
      'All is well.',
      'ENSURING ECONOMIC STRENGTH / ECONOMY',
      'ENSURING ECONOMIC STRENGTH / TRADE',
      'BASIC NEEDS',
      'BASIC NEEDS / NATIONAL HEALTH PLAN',
      'BASIC NEEDS / MARTIN LUTHER KING, JR.',
      'Special Needs / WOMEN',
      'CONCLUSION',
    ])
  })

  it('makes each heading a topic when none stands out', () => {
    expect(outline('ENERGY POLICY We save. TRADE POLICY We sell. FARM POLICY We sow.')).toEqual([
      'ENERGY POLICY',
      'TRADE POLICY',
      'FARM POLICY',
    ])
  })

  it('packs plain paragraphs', () => {
    const paragraphs = Array.from({ length: 10 }, (_, index) => `${index} ${'word '.repeat(20)}end.`)
    const text = paragraphs.join('\n\n')
    const sections = splitSections(text, { maxChars: 400 })
    expect(bodies(text, sections).join('\n\n')).toBe(text)
    expect(sections).toHaveLength(4)
    expect(sections[0]?.title).toMatch(/^0 word .*…$/)
  })

  it('cuts long sections between sentences and numbers them', () => {
    const text = `ENERGY POLICY ${'We save energy every day. '.repeat(30)}`.trim()
    const sections = splitSections(text, { maxChars: 300 })
    expect(sections.map(({ title }) => title)).toEqual(['ENERGY POLICY', 'ENERGY POLICY (2)', 'ENERGY POLICY (3)'])
    for (const body of bodies(text, sections)) expect(body).toMatch(/day\.$/)
  })

  it('splits a real report of one line', () => {
    const sections = splitSections(report)
    const titles = sections.map(({ title }) => title)
    expect(sections).toHaveLength(124)
    expect(titles).toEqual(
      expect.arrayContaining([
        'RECORD OF PROGRESS',
        'THE 1982 BUDGET',
        'NATIONAL HEALTH PLAN',
        'GENERAL AID TO STATE AND LOCAL GOVERNMENTS',
        'THE HUMANITIES',
        'MARTIN LUTHER KING, JR.',
        'FOOD SECURITY RESERVE',
        'THE U.S.-SOVIET RELATIONSHIP',
        'BILATERAL COMMUNICATION',
        'FORCES FOR NATO',
        'THE U.S. AND THE PACIFIC NATIONS',
        'LATIN AMERICA AND THE CARIBBEAN (2)',
        'NON-PROLIFERATION',
        'CONCLUSION',
      ]),
    )
    expect([...new Set(sections.map(({ topic }) => topic))]).toEqual([
      'To the Congress of the United States: The State of the…',
      'RECORD OF PROGRESS',
      'ENSURING ECONOMIC STRENGTH',
      'CREATING ENERGY SECURITY',
      'ENHANCING BASIC HUMAN AND SOCIAL NEEDS',
      'Special Needs',
      'Government Assistance',
      'REMOVING GOVERNMENTAL WASTE AND INEFFICIENCY',
      'PROTECTING BASIC RIGHTS AND LIBERTIES',
      'PROTECTING AND DEVELOPING OUR NATURAL RESOURCES',
      'FOREIGN POLICY',
      'ENHANCING NATIONAL SECURITY',
      'The Human Dimension of Foreign Policy',
      'CONCLUSION',
    ])
  })

  it.each([
    ['no space', 'a'.repeat(5_000_000)],
    ['no space, two units a character', '😀'.repeat(2_500_000)],
    ['only capitals', 'A'.repeat(5_000_000)],
    ['only hashes', '#'.repeat(5_000_000)],
    ['only headings', '# a\n'.repeat(100_000)],
    ['only headings in the flow', 'HEAD The x. '.repeat(50_000)],
  ])('takes linear time: %s', (_, text) => {
    const sections = splitSections(text)
    expect(sections.at(-1)?.end).toBe(text.trimEnd().length)
  })

  it.each(['', ' \n\t'])('gives nothing for a blank text', (text) => {
    expect(splitSections(text)).toEqual([])
  })

  it.each([0, 1, 2.5, Number.NaN, -6])('refuses maxChars of %s', (maxChars) => {
    expect(() => splitSections('', { maxChars })).toThrow(
      expect.objectContaining({ code: 'SKEIN_OPTION', option: 'maxChars' }),
    )
  })
})

function partsPair(text: string, offset: number): boolean {
  return offset > 0 && (text.codePointAt(offset - 1) ?? 0) > 0xffff
}
