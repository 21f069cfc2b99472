import { readFileSync } from 'node:fs'

import { describe, expect, it } from 'vitest'

import { findAnswers, withNext } from '../../src/extractive/find-answers.ts'
import { readSentences } from '../../src/extractive/read-sentences.ts'
import { answerKind, holds } from '../../src/languages/question-words.ts'

/** The best sentences of some texts, best first. */
async function answers(question: string, texts: readonly string[], limit = 4): Promise<string[]> {
  const sources = texts.map((text) => ({ text, ...readSentences(text) }))
  const found = await findAnswers(question, sources, limit)
  return found.map(({ source, sentence }) => {
    const { start, end } = sources[source]?.sentences[sentence] ?? { start: 0, end: 0 }
    return texts[source]?.slice(start, end) ?? ''
  })
}

const bridge =
  'The bridge was opened in 1932 by the king. It took nine years to build. Robert Hale designed the bridge.'
const ferry = 'The ferry was slower than the bridge. A ticket for the ferry costs two pounds.'

it('finds the sentence that is about most of the question, in whatever text it stands', async () => {
  expect((await answers('How much is a ferry ticket?', [bridge, ferry]))[0]).toBe(
    'A ticket for the ferry costs two pounds.',
  )
})

it.each([
  ['Who made the bridge?', 'Robert Hale designed the bridge.'],
  ['When was the bridge opened?', 'The bridge was opened in 1932 by the king.'],
])('prefers the kind of answer that is asked for: %s', async (question, expected) => {
  expect((await answers(question, [bridge, ferry]))[0]).toBe(expected)
})

it('counts each word of a question once, and words of asking not at all', async () => {
  const plain = await answers('Which ticket for the ferry?', [bridge, ferry])
  expect(
    await answers('Please tell me, tell me, tell me: which ticket, ticket, for the ferry?', [bridge, ferry]),
  ).toEqual(plain)
})

it('hardly counts verbs of being and happening', async () => {
  const text =
    'Questions remain about wheat and barley. Wheat is grown in the north, and wheat is sold in autumn. ' +
    'The mill remains.'
  expect((await answers('What was done for wheat, and what remains?', [text]))[0]).toMatch(/^Wheat is grown/)
  expect(
    (await answers('Who found the spring?', ['A shepherd found the spring. The spring is deep and cold.']))[0],
  ).toMatch(/shepherd/)
})

it('finds other forms of a word, and parts of compounds', async () => {
  const text = 'Die Getreidemühle steht am Bach. Der Wirt schließt abends die Stube ab. Nachts ist es still im Dorf.'
  expect((await answers('Wo steht die Mühle?', [text]))[0]).toBe('Die Getreidemühle steht am Bach.')
  expect((await answers('What do builders build?', ['The builder was building a house. The baker slept.']))[0]).toMatch(
    /^The builder/,
  )
})

it('knows what a sentence is about from the heading above it', async () => {
  const text = '# Tickets\n\nAdults pay nine euros each.\n\n# Meals\n\nAdults pay five euros each.'
  expect((await answers('What do adults pay for tickets?', [text]))[0]).toBe('Adults pay nine euros each.')
  const words = '# Opening hours of the museum\n\nFrom nine to five, but never on Mondays.\n\n# Way\n\nTake the tram.'
  expect(await answers('What are the opening hours of the museum?', [words])).toEqual([
    'From nine to five, but never on Mondays.',
  ])
})

it('quotes rows of tables, but neither headings nor code', async () => {
  const text =
    '# Prices of copper\n\n| metal | price |\n|---|---|\n| copper | 9,400 |\n\n```\nlet copper = price()\n```\n'
  expect(await answers('What is the price of copper?', [text])).toEqual(['| copper | 9,400 |'])
  // Also where nothing else stands under a heading.
  expect(await answers('What is the price of copper?', [text.slice(0, text.indexOf('```'))])).toEqual([
    '| copper | 9,400 |',
  ])
})

it.each([
  'Who won the football world cup in Brazil?',
  'What is the boiling point of mercury?',
  'Who painted the bridge of Kyoto in Japan?',
  '誰がワールドカップで優勝しましたか？',
])('finds nothing where no sentence is about the question: %s', async (question) => {
  expect(await answers(question, [bridge, ferry])).toEqual([])
})

it('finds nothing in nothing, and for a question about nothing', async () => {
  expect(await answers('Who?', [bridge])).toEqual([])
  expect(await answers('bridge', [])).toEqual([])
  expect(await answers('bridge', [''])).toEqual([])
})

it.each([
  [
    '관장은 누구입니까?',
    '도서관은 1998년에 문을 열었다. 관장은 박지민 씨이다. 책은 3만 권이다.',
    '관장은 박지민 씨이다.',
  ],
  ['Kolik stojí vstupné?', 'Hrad má čtyři věže. Vstupné činí 120 Kč. V pondělí je zavřeno.', 'Vstupné činí 120 Kč.'],
  ['Коли збудували міст?', 'Міст збудували в 1932 році. Ремонт коштував багато.', 'Міст збудували в 1932 році.'],
])('knows the words of asking of many languages: %s', async (question, text, expected) => {
  expect((await answers(question, [text]))[0]).toBe(expected)
})

it('knows who speaks in a chat, and quotes what has no full stop', async () => {
  const chat =
    '12/03/24, 09:17 - Ben: I will bring the cake\nfrom the Turkish bakery\n12/03/24, 09:18 - Jo: The cake is fine.'
  expect((await answers('What will Ben bring?', [chat]))[0]).toBe('I will bring the cake\nfrom the Turkish bakery')
})

it('answers with what follows the same question in a text', async () => {
  const interview =
    'Q: When did you begin to paint?\n\nA: In 1971, after a long war.\n\nQ: Do you sell?\n\nA: Rarely, and to friends.'
  expect((await answers('When did you begin to paint?', [interview]))[0]).toBe('A: In 1971, after a long war.')
})

describe('in a long text, which has a word of nearly any question', () => {
  const report = readFileSync(new URL('../../../../examples/data/1981_jimmy_carter_d.txt', import.meta.url), 'utf8')
  const source = { text: report, ...readSentences(report) }

  it.each([
    'How do I reset my password?',
    'What is the warranty period of the dishwasher?',
    'What are the side effects of ibuprofen?',
    'How does a diesel engine work?',
    'How do I train a puppy?',
    'Who is the queen of England?',
    'Where can I park my car near the museum?',
    'What is the best time to plant tomatoes?',
    'How many players are in a football team?',
    'When does the shop close on Saturday?',
  ])('one that is off its topics finds nothing: %s', async (question) => {
    expect(await findAnswers(question, [source], 4)).toEqual([])
  })

  it.each([
    ['How did the administration help refugees?', 'refugee'],
    ['How much was spent on education?', 'education'],
    ['How many hostages are in Iran?', 'hostages in Iran'],
    ['Which parks were created in Alaska?', 'Alaska'],
    ['What is the policy towards China?', 'China'],
    ['How is inflation fought?', 'inflation'],
  ])('one on its topics finds them, in other words, too: %s', async (question, expected) => {
    const [first] = await findAnswers(question, [source], 4)
    const { start, end } = source.sentences[first?.sentence ?? -1] ?? { start: 0, end: 0 }
    expect(report.slice(start, end)).toContain(expected)
  })
})

it('takes a word that only ends alike for another one, but knows compounds', async () => {
  expect(await answers('What is my password?', ['Every word of it counts. The lake is deep.'])).toEqual([])
  expect(
    await answers('Wie groß ist der Teich?', ['Der Mühlteich ist groß wie ein Acker. Das Haus ist alt.']),
  ).toHaveLength(1)
})

it('knows that verbs may look like the plurals of nouns', async () => {
  expect(
    await answers('When does it leave, and where does she live?', ['The boat leaves at noon. The sea is deep.']),
  ).toEqual(['The boat leaves at noon.'])
})

it.each([
  ['zh', '去年全镇GDP增长了百分之七。今年的雨水很多。', '去年GDP增长了多少？', '去年全镇GDP增长了百分之七。'],
  [
    'ja',
    '工場はLED照明に切り替えました。社員は三十人です。',
    '工場はどの照明に切り替えましたか。',
    '工場はLED照明に切り替えました。',
  ],
  [
    'ar',
    'تعمل المدرسة بنظام WIFI جديد منذ مارس. الحديقة واسعة.',
    'بأي نظام تعمل المدرسة؟',
    'تعمل المدرسة بنظام WIFI جديد منذ مارس.',
  ],
])('quotes sentences with capitals in scripts that have none: %s', async (_, text, question, expected) => {
  expect((await answers(question, [text]))[0]).toBe(expected)
})

it('finds what is of the kind that is asked for, behind the sentence that the question is about', async () => {
  const text =
    'The museum had a good year. In total 148,220 people came. The roof was repaired. A map was stolen from the library. The police recovered it in a Bristol auction house.'
  expect(await answers('How many visitors did the museum have?', [text])).toContain('In total 148,220 people came.')
  expect(await answers('Where was the stolen map found?', [text])).toContain(
    'The police recovered it in a Bristol auction house.',
  )
})

it('knows compounds by what they begin with', async () => {
  const text = 'Leuchtreklame ist untersagt. Das Tor ist grün. Müll wird im Hof gesammelt.'
  expect((await answers('Ist Leuchtwerbung verboten?', [text]))[0]).toBe('Leuchtreklame ist untersagt.')
  expect((await answers('Wo ist die Müllabfuhr?', [text]))[0]).toBe('Müll wird im Hof gesammelt.')
  expect(await answers('Wer hat den Buchdruck ausgedacht?', ['Die Waren sind ausgeladen. Der Hof ist leer.'])).toEqual(
    [],
  )
  // Words that begin alike are no compounds in English.
  expect(await answers('What is understood?', ['The undertaker is late. The sea is calm.'])).toEqual([])
})

it('has a sentence with the word that the others lack', async () => {
  const rooms = Array.from({ length: 60 }, (_, at) => `Room ${at} has a stove of iron.`)
  const huts = ['old', 'high', 'cold', 'small', 'full', 'warm', 'new', 'dear'].map(
    (how) => `The hut is ${how}, say the men.`,
  )
  const text = [...rooms, ...huts, ...huts, 'A long storm destroyed all that was left there in the winter.'].join(' ')
  expect(await answers('What destroyed the hut?', [text])).toContainEqual(expect.stringMatching(/^A long storm/))
  expect(await answers('What destroyed the hut?', [text], 1)).toHaveLength(1)
})

it('adds what follows on the best sentence, once and where there is room', async () => {
  const text = 'The sailcloth is late. The reason is a strike at the harbour. The mast is here.'
  const sources = [{ text, ...readSentences(text) }]
  const found = await findAnswers('Why is the sailcloth late?', sources, 4)
  const sentencesOf = (all: readonly { readonly sentence: number }[]): number[] => all.map(({ sentence }) => sentence)
  expect(sentencesOf(withNext(found, sources, 4)).slice(0, 2)).toEqual([0, 1])
  expect(withNext(found.slice(0, 1), sources, 1)).toHaveLength(1)
  expect(withNext([], sources, 4)).toEqual([])
})

it.each([
  ['reason', 'Perché chiude il rifugio?'],
  ['reason', 'Proč je most zavřený?'],
  ['amount', 'Wie groß ist der Raum?'],
  ['amount', 'What weight can the rope bear?'],
  ['amount', 'Welches Gewicht trägt das Seil?'],
  ['amount', 'Quelle est la superficie du parc ?'],
  ['amount', '¿Cuál es el precio de una entrada?'],
  ['amount', 'Qual é o preço da renda?'],
  ['amount', 'Какая зарплата у сторожа?'],
  ['amount', 'Jaka jest kara za spóźnienie?'],
  ['amount', 'ما سعر التذكرة؟'],
  ['time', 'Zu welchen Zeiten ist geöffnet?'],
  ['time', 'К какому сроку нужно сдать деньги?'],
  ['time', 'In which months is it closed?'],
  [undefined, 'Which models are new?'],
  [undefined, 'What is it?'],
] as const)('knows what a question asks for: %s, %s', (kind, question) => {
  expect(answerKind(question)).toBe(kind)
})

it.each([
  ['time', 'en', 'The main gate opens in May.', 'The main gate remained closed, and they may march.'],
  ['time', 'de', 'Der Müll wird donnerstags abgeholt.', 'Die Maisernte war gut.'],
  ['time', 'fr', 'La maison ouvre en février.', 'La maison est bleue.'],
  ['time', 'fr', 'Le pont a été démoli en mars.', 'Le pont a été démoli.'],
  ['time', 'ru', 'Мост открыли в марте.', 'Мост открыли.'],
  ['time', 'it', 'La festa si tiene il dodici luglio.', 'La festa si tiene qui.'],
  ['time', 'pl', 'Otwarto ją w październiku.', 'Otwarto ją szybko.'],
  ['time', 'nl', 'De vergunning loopt tot eind oktober.', 'De vergunning loopt.'],
  ['time', 'ko', '도자기 교실은 매주 토요일에 열린다.', '도자기 교실은 크다.'],
  ['time', 'zh', '中心每周二闭馆。', '中心很大。'],
  ['amount', 'de', 'Es gibt fünfzehn Plätze.', 'Es gibt viele Plätze.'],
  ['amount', 'de', '(2) Es gibt 15 Plätze.', '(2) Es gibt viele Plätze.'],
  ['amount', 'en', '3.1. There are 15 seats.', '3.1. There are many seats.'],
  ['person', 'de', 'Dort zieht die Buchbinderin Annegret Voss ein.', 'Dort zieht die Mieterin in die Räume ein.'],
  ['reason', 'it', 'È chiuso perché nevica.', 'È chiuso.'],
  ['amount', 'it', 'Il turno dura tredici ore.', 'Il turno dura molto.'],
  ['amount', 'hi', 'पंचायत में कुल ग्यारह सदस्य हैं।', 'पंचायत में सदस्य हैं।'],
  ['amount', 'ru', 'Помогли сорока двум людям.', 'Помогли людям.'],
  ['reason', 'en', 'It is closed because of the ice.', 'It is closed for good.'],
  ['reason', 'de', 'Es ist zu, weil es friert.', 'Es ist zu.'],
  ['reason', 'ja', '雪のため閉館します。', '閉館します。'],
] as const)('knows a sentence with a %s in %s', (kind, language, sentence, other) => {
  expect([sentence, other].map((one) => holds(kind, one, language))).toEqual([true, false])
})

it.each([
  ['time', ['A che ora apre?', '¿A qué hora abre?', 'Во сколько открывают?', 'Hoe laat opent het?', '星期几不开放？']],
  ['amount', ['Hoe hoog is de toren?', 'Jak długo trwa?', 'Quel âge a-t-il ?', '何グラムですか']],
  ['reason', ['Why is it late?', 'Pourquoi ?', '¿Por qué llegó tarde?', 'Зачем нужен фильтр?', '为什么晚了？']],
  ['person', ['Wie is de baas?', 'Who is it?']],
  [undefined, ['Wie geht das?', 'What is it?']],
] as const)('tells that %s is asked for', (kind, questions) => {
  expect(questions.map((question) => answerKind(question))).toEqual(questions.map(() => kind))
})
