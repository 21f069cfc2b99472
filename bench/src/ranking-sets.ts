import { generator } from './search-texts.ts'

/** Texts of one kind, and queries, each with the numbers of the texts that answer it. */
export interface RankingSet {
  readonly name: string
  readonly texts: readonly string[]
  readonly queries: readonly (readonly [query: string, relevant: readonly number[]])[]
}

// All of it is written for this benchmark. Generated sets are the same in each run.
const people = ['Dana', 'Noah', 'Ines', 'Piotr', 'Yuki', 'Amara', 'Lars', 'Chen', 'Rosa', 'Omar']
const places = ['Lisbon', 'Kyoto', 'Ghent', 'Tromsø', 'Quito', 'Malmö', 'Izmir', 'Perth', 'Lyon', 'Łódź']
/** What somebody did, and how somebody else asks about it later. */
const deeds = [
  ['bought two analyses of the children’s market', 'child market analysis buying'],
  ['is writing a summary about shipping prices', 'price of shipments written'],
  ['wants to repair the old heating before winter', 'heat repairs winter'],
  ['lost the keys of the bicycle again', 'losing bicycle key'],
  ['found mice behind the bakery shelves', 'mouse in bakery shelf'],
  ['has chosen the blue tiles for the kitchen', 'choose kitchen tile'],
  ['was teaching chess to the new neighbors', 'teach neighbor chess'],
  ['sold the shares of the railway company', 'selling railway share'],
  ['flew home early because of the storms', 'fly home storm'],
  ['grew tomatoes on the office balcony', 'growing tomato balcony'],
] as const
const chatter = [
  'Yes, I think so too, let us talk about it tomorrow.',
  'Thanks! That was really helpful, I will have a look at it.',
  'Sorry, I was in a meeting, what did you want to ask about the plans?',
  'The weather is getting worse, take an umbrella with you.',
  'Can we move our call to the afternoon? The morning is full.',
  'Haha, no idea, maybe somebody else knows about that.',
  'I am at home today, so write to me whenever you want.',
  'Good morning! How was the weekend, did you sleep well?',
] as const

function pick<Item>(random: () => number, items: readonly Item[]): Item {
  return items[Math.floor(random() * items.length)] as Item
}

/** Ten chats of forty turns; what is asked for is said once, by one of them, among much that is alike. */
function chats(): RankingSet {
  const random = generator(11)
  const texts: string[] = []
  const queries: [string, number[]][] = []
  for (const [chat, who] of people.entries()) {
    for (let turn = 0; turn < 40; turn += 1) {
      if (turn % 4 !== 1) {
        texts.push(`${pick(random, people)}: ${pick(random, chatter)} ${pick(random, chatter)}`)
        continue
      }
      const [deed, asked] = deeds[(turn - 1) / 4] as (typeof deeds)[number]
      const place = places[(chat + turn) % places.length] as string
      queries.push([`${who} ${place} ${asked}`, [texts.length]])
      texts.push(`${pick(random, people)}: did you hear that ${who} ${deed} when we were in ${place}?`)
    }
  }
  return { name: 'long chats', texts, queries }
}

/** Documents of nine sentences, each about one person, who is named twice; others are named once in it. */
function documents(): RankingSet {
  const random = generator(12)
  const queries: [string, number[]][] = []
  const texts = Array.from({ length: 100 }, (_, number) => {
    const [who, [deed, asked]] = [
      people[number % 10] as string,
      deeds[Math.floor(number / 10)] as (typeof deeds)[number],
    ]
    const others = Array.from({ length: 7 }, () => pick(random, chatter))
    queries.push([`${asked} ${who}`, [number]])
    const aside = `${pick(random, people)} heard of it from ${who}, in ${pick(random, places)}.`
    return [...others.slice(0, 4), `${who} ${deed}.`, aside, ...others.slice(4)].join(' ')
  })
  return { name: 'documents', texts, queries }
}

/** Names as programs and offices write them, beside their like. */
function names(): RankingSet {
  const stems = ['invoice', 'customer', 'session', 'report', 'ticket', 'parcel', 'badge', 'ledger'] as const
  const texts: string[] = []
  const queries: [string, number[]][] = []
  for (const [at, stem] of stems.entries()) {
    const Stem = `${stem[0]?.toUpperCase()}${stem.slice(1)}`
    const number = 2_040 + at
    queries.push([`INV-${number}`, [texts.length]], [`${number} approval`, [texts.length]])
    texts.push(`INV-${number} waits for approval`)
    queries.push([`parse ${stem}`, [texts.length]], [`parse${Stem}Line`, [texts.length]])
    texts.push(`parse${Stem}Line throws on an empty field`)
    queries.push([`${stem} retry limit`, [texts.length]], [`${stem}_retry_limit`, [texts.length]])
    texts.push(`raise ${stem}_retry_limit to ${at + 3}`)
    queries.push([`${stem} writer`, [texts.length]], [`acme ${stem}s writer`, [texts.length]])
    texts.push(`org.acme.${stem}s.${Stem}Writer is deprecated`)
    queries.push([`${stem} 4.${at}.2`, [texts.length]])
    texts.push(`${stem}-service 4.${at}.2 leaks file handles`)
    texts.push(`${stem}-service 4.${at}.3 does not`)
  }
  return { name: 'names and ids', texts, queries }
}

/** Chinese and Japanese, without spaces between words. */
function scripts(): RankingSet {
  const texts: string[] = []
  const queries: [string, number[]][] = []
  const chinese = ['价格', '会议', '合同', '天气', '医院', '图书馆', '火车票', '咖啡机']
  const japanese = ['予算', '会議', '契約', '天気', '病院', '図書館', '切符', '冷蔵庫']
  for (const [at, city] of ['北京', '上海', '广州', '成都', '杭州'].entries()) {
    for (const [number, thing] of chinese.entries()) {
      queries.push([`${city} ${thing}`, [texts.length]], [`${thing}${city}`, [texts.length]])
      texts.push(`我们上周在${city}讨论了${thing}的问题，${(at + number) % 2 === 0 ? '还没有决定' : '已经解决了'}。`)
    }
  }
  for (const [at, city] of ['東京', '大阪', '札幌', '福岡', '京都'].entries()) {
    for (const [number, thing] of japanese.entries()) {
      queries.push([`${city} ${thing}`, [texts.length]], [`${thing} ${city}の話`, [texts.length]])
      texts.push(
        `先週${city}で${thing}について話しましたが、${(at + number) % 2 === 0 ? 'まだ決まっていません' : 'もう終わりました'}。`,
      )
    }
  }
  return { name: 'Chinese and Japanese', texts, queries }
}

/** Notes of a few words, of which several answer a query. */
function notes(): RankingSet {
  const things = ['price', 'wolf', 'knife', 'story', 'box', 'analysis', 'shelf', 'city'] as const
  const plurals = ['prices', 'wolves', 'knives', 'stories', 'boxes', 'analyses', 'shelves', 'cities'] as const
  const texts: string[] = []
  const queries: [string, number[]][] = []
  for (const [at, thing] of things.entries()) {
    for (const [number, place] of places.slice(0, 6).entries()) {
      const both = [texts.length, texts.length + 1]
      queries.push([`${number % 2 === 0 ? thing : plurals[at]} ${place}`, both])
      texts.push(`${place}: one ${thing} more than planned`, `the ${plurals[at]} of ${place} are settled`)
    }
  }
  return { name: 'short notes', texts, queries }
}

export const rankingSets: readonly RankingSet[] = [chats(), documents(), notes(), names(), scripts()]
