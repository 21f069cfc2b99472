import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { parseJsonIn } from '../../src/text/json-in-answer.ts'

const value = { name: 'Ann', note: 'a ``` fence, a "quote" and a } bracket', list: [1, [2], {}] }
const json = JSON.stringify(value)
const pretty = JSON.stringify(value, null, 2)

describe('the JSON in an answer', () => {
  it.each([
    ['alone', json],
    ['over several lines', `\n${pretty}\n`],
    ['in a fence', `\`\`\`json\n${json}\n\`\`\``],
    ['in a fence without a language', `\`\`\`\n${pretty}\n\`\`\``],
    ['in a fence with a language in capitals', `\`\`\`JSON\r\n${json}\r\n\`\`\``],
    ['in a fence of one line', `\`\`\`json ${json}\`\`\``],
    ['in a fence of tildes', `~~~json\n${json}\n~~~`],
    ['in a fence that does not end', `\`\`\`json\n${json}`],
    ['in a fence among words', `Here it is:\n\n\`\`\`json\n${pretty}\n\`\`\`\nIs there anything else?`],
    ['after words', `Sure! Here is the JSON you asked for: ${json}`],
    ['after words with brackets', `As in [1], {so to speak}, it is (see [the note): ${json}`],
    ['before words with brackets', `${json}\n\nThe name is from [1].`],
    ['after a byte order mark', `\uFEFF${json}`],
    ['after the name of its language', `json\n${json}`],
    ['in tags', `<answer>\n${json}\n</answer>`],
    ['after a quotation mark that nothing closes', `The 5" [one\n${json}`],
  ])('is found %s', (_, answer) => {
    expect(parseJsonIn(answer)).toEqual(value)
  })

  it('may be a single value', () => {
    expect(parseJsonIn(' 42 ')).toBe(42)
    expect(parseJsonIn('```\n"word"\n```')).toBe('word')
    expect(parseJsonIn('The list is [1, 2].')).toEqual([1, 2])
  })

  it.each(['', 'It is Ann.', '{"name":"Ann"', '[}', '{name: Ann}'])('is missing in %j', (answer) => {
    expect(() => parseJsonIn(answer)).toThrow(SyntaxError)
  })

  it('is found whatever it is and whatever stands around it', () => {
    const words = fc.string().filter((text) => !/["[\]{}`]/.test(text))
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue(), { minKeys: 1 }), words, words, (data, before, after) => {
        const text = JSON.stringify(data)
        expect(JSON.stringify(parseJsonIn(`${before}\n${text}\n${after}`))).toBe(JSON.stringify(JSON.parse(text)))
      }),
    )
  })

  it('is looked for in one pass, however many brackets open', () => {
    expect(() => parseJsonIn('[{'.repeat(500_000))).toThrow(SyntaxError)
    expect(parseJsonIn(`${'{'.repeat(200_000)}${json}`)).toEqual(value)
  })
})
