import { mapStore, openMemory } from '@skein/memory'
import { describe, expect, it } from 'vitest'

/** Whether an observation with one text is found by a query. */
async function finds(text: string, query: string): Promise<boolean> {
  await using memory = await openMemory({ store: mapStore() })
  const { observations } = memory.as({ id: 'ann', role: 'r' })
  await observations.log({ value: text })
  // Something else, in which nothing may match.
  await observations.log({ value: 'zzz' })
  const hits = await observations.search(query)
  return hits.some(({ item }) => item.value === text)
}

describe('A search finds words', () => {
  it.each([
    // English forms
    ['The children were playing', 'child'],
    ['One analysis of many', 'analyses'],
    ['We bought three companies', 'buy a company'],
    ['It went well', 'go'],
    ['Anna’s car broke', 'anna'],
    ["We don't know", 'dont'],
    // Forms of other languages
    ['Die Preise der Häuser sind gestiegen', 'Haus'],
    ['Die Preise der Häuser sind gestiegen', 'hauser'],
    ['Les chevaux de l’entreprise ont gagné', 'cheval'],
    ['Les chevaux de l’entreprise ont gagné', 'entreprises'],
    ['Las canciones de la ciudad son muy buenas', 'cancion'],
    ['Le città della regione sono belle', 'citta'],
    ['De prijzen van het huis zijn hoog', 'prijs huis'],
    ['Цены компаний выросли', 'цена компании'],
    ['Οι τιμές ανέβηκαν', 'τιμη'],
    ['والكتاب على الطاولة', 'كتاب'],
    ['كَتَبَ الوَلَد', 'كتب'],
    ['הילדים הלכו לבית', 'בית'],
    ['שָׁלוֹם לכולם', 'שלום'],
    ['הילדים הלכו לבית', 'ילד'],
    ['מלכים בארץ', 'מלך'],
    // Names with numbers, abbreviations, amounts
    ['call parseHTTPResponse2JSON', 'response'],
    ['an iPhone15Pro', 'iphone'],
    ['python3 is here', 'Python'],
    ['made in the U.S.A., by a Ph.D.', 'USA'],
    ['made in the U.S.A., by a Ph.D.', 'phd'],
    ['made in the USA', 'U.S.A.'],
    ['costs 1,234,567.89 euros', '1234567.89'],
    ['costs 1,234,567 euros', '1,234,567'],
    ['costs 1234567 euros', '1,234,567'],
    ['let n = 1_000_000', '1000000'],
    ['lines 1,200 and 3', '1200'],
    ['किताबें मेज़ पर हैं', 'किताब'],
    // Without spaces
    ['東京の天気予報は晴れです', '天気'],
    ['東京の天気予報は晴れです', '天気予報'],
    ['我家的猫很可爱', '猫'],
    ['窓辺の猫', '猫'],
    ['서울에서 회사를 다닌다', '회사'],
    ['서울에서 회사를 다닌다', '회사가'],
    ['ฉันชอบกินข้าวผัด', 'ข้าวผัด'],
    ['ខ្ញុំស្រឡាញ់ភាសាខ្មែរ', 'ភាសា'],
    // Letters
    ['Smørrebrød in Łódź', 'smorrebrod lodz'],
    ['Straße nach Gießen', 'strasse giessen'],
    ['Đà Nẵng và Iğdır', 'da nang igdir'],
    ['İstanbul', 'istanbul'],
    ['Ｆｕｌｌ ｗｉｄｔｈ', 'full width'],
    ['ｶﾀｶﾅ', 'カタカナ'],
    ['Οδός', 'οδοσ'],
    // Names of code
    ['call parseHttpRequest first', 'http'],
    ['call parseHttpRequest first', 'parsehttprequest'],
    ['set max_retry_count', 'retry'],
    ['import org.acme.billing.Invoice', 'billing'],
    ['the XMLParser', 'parser'],
    ['version 5.3.2 is out', '5.3.2'],
    ['send an e-mail', 'email'],
    ['send an email', 'e-mail'],
    // What nobody sees
    ['the pri\u00ADces rose', 'prices'],
    ['the pri\u200Bces rose', 'prices'],
    ['🦆 in the pond', '🦆'],
    ['👍🏽 agreed', '👍'],
    // Operators
    ['pricing and prices', 'pric*'],
    ['the pricing', 'pricin*'],
    ['die Häuser und die Preise', 'häus*'],
    ['天気予報', '天*'],
    ['the price list of Acme', '"price list"'],
    ['the price list of Acme', '“The Price-List”'],
    ['the price list of Acme', 'proce'],
    ['please receive the parcel', 'recieve'],
    ['Die Nachbarn und die Preise', 'Nachbar'],
    ['Die Nachbarn und die Preise', 'Priese'],
  ])('of %j by %j', async (text, query) => {
    expect(await finds(text, query)).toBe(true)
  })

  it.each([
    ['a list of prices', '"price list"'],
    ['the price of this list', '"price list"'],
    ['w4801', 'w4802'],
    ['cat', 'car'],
    ['天文台', '天気'],
    // A name whose stem is a word that most texts have
    ['she sat in the park', 'Ines'],
  ])('but not of %j by %j', async (text, query) => {
    expect(await finds(text, query)).toBe(false)
  })

  it('ranks what is spelled right before typos, however often these are repeated', async () => {
    await using memory = await openMemory({ store: mapStore() })
    const { observations } = memory.as({ id: 'ann', role: 'r' })
    await observations.log({ value: `price ${'other words '.repeat(200)}` })
    await observations.log({ value: 'prize prize prize prize prize' })
    const hits = await observations.search('price')
    expect(hits.map(({ item }) => String(item.value).slice(0, 5))).toEqual(['price', 'prize'])
  })
})
