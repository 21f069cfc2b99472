import { describe, expect, it } from 'vitest'

import { pagedText } from '../src/documents/paged-text.ts'
import { joinPartedWords } from '../src/documents/parted-words.ts'
import { originalOf } from './original-of.ts'

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
