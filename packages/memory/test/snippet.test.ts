import { mapStore, openMemory } from '@skein/memory'
import { expect, it } from 'vitest'

const latin = 'Lorem ipsum dolor sit amet consectetur. '.repeat(8)
const thai = 'นี่คือข้อความยาวที่ไม่มีความหมายพิเศษใดๆ'.repeat(8)
const japanese = 'これは長い文章の一部であり、特に意味はありません。'.repeat(10)

it.each([
  ['a word in Thai', `${thai}วันนี้กินข้าวผัดที่ตลาด${thai}`, 'ข้าวผัด', 'ข้าวผัด'],
  ['a word in Japanese', `${japanese}東京の天気予報${japanese}`, '天気', '天気'],
  ['a word with vowel marks', `${latin}وَالكِتَابُ الجَدِيدُ ${latin}`, 'كتاب', 'الكِتَابُ'],
  ['a part of a name', `${latin}parseHttpRequestHeaderFromTheLongStream ${latin}`, 'header', 'RequestHeader'],
  ['an emoji', `${latin}then 🦆 came ${latin}`, '🦆', '🦆'],
  [
    'a phrase',
    `price and a list. ${latin}the price list of Acme ${latin}`,
    '"price list of acme"',
    'price list of Acme',
  ],
  ['a beginning', `${latin}raising prices ${latin}`, 'pric*', 'prices'],
  ['a typo', `${latin}please receive the parcel ${latin}`, 'recieve', 'receive'],
  ['a typo in another language', `${latin}und die Nachbarn sind nicht da ${latin}`, 'Nachbran', 'Nachbarn'],
  ['a word far behind', `${'word '.repeat(30_000)}needle ${latin}`, 'needle', 'needle'],
])('A snippet shows %s', async (_what, value, query, shown) => {
  await using memory = await openMemory({ store: mapStore() })
  const { observations } = memory.as({ id: 'ann', role: 'r' })
  await observations.log({ value })
  const [hit] = await observations.search(query)
  expect(hit?.snippet).toContain(shown)
  expect(hit?.snippet.length).toBeLessThan(180)
})

it('A text of up to 160 characters is its own snippet', async () => {
  await using memory = await openMemory({ store: mapStore() })
  const { observations } = memory.as({ id: 'ann', role: 'r' })
  const value = `${'before '.repeat(11)}needle ${'behind '.repeat(10)}end.`
  await observations.log({ value })
  expect((await observations.search('needle'))[0]?.snippet).toBe(value)
})

it('A snippet begins and ends with whole letters', async () => {
  await using memory = await openMemory({ store: mapStore() })
  const { observations } = memory.as({ id: 'ann', role: 'r' })
  for (let before = 200; before < 240; before += 1) {
    await observations.log({ task: `t${before}`, value: `${'e\u0301'.repeat(before)}ข้าว${'🦆e\u0301'.repeat(before)}` })
    const [hit] = await observations.search('ข้าว', { task: `t${before}` })
    expect(hit?.snippet).toMatch(/^…(?!\p{M})[^]*ข้าว[^]*…$/u)
    expect(hit?.snippet.isWellFormed()).toBe(true)
  }
})
