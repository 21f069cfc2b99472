import type { Language } from './function-words.ts'

/** What a question expects in its answer. */
export type AnswerKind = 'person' | 'time' | 'place' | 'amount'

// In the order in which they are tried: "how long ago" is an amount, "since when" a time.
const questions: readonly (readonly [AnswerKind, RegExp])[] = [
  [
    'amount',
    /\bhow (?:many|much|long|tall|high|far|old|big|large|deep|wide|heavy|fast|often)\b|\bwie ?(?:viele?|hoch|lang|weit|alt|groß|schwer|oft|tief|teuer)\b|\bcombien\b|longueur|hauteur|(?:^|[^\p{L}])(?:cuánt[oa]s?|quant[oaie]s?)(?!\p{L})|\bhoeveel\b|\bile\b|\bilu\b|сколько|(?:^|\s)πόσ|いくつ|いくら|何(?:人|匹|年|段|分|個|枚|歳|円|メートル|キロ|日間|回|度)|どのくらい|どれくらい|多少|几[个位人年天次]|多[久长高大重远深]|(?:^|\s)كم\s|कितन|얼마|몇|\bkolik\b|\bhur (?:många|mycket|långt?|högt?|gammal|gammalt|stor|stort|djup|djupt)(?!\p{L})|\bhvor (?:mange|meget|langt?|højt?|gammel|stor|stort|dyb|dybt)(?!\p{L})|(?:^|\s)kaç(?:\s|$)|ne kadar|скільки|bao nhiêu|mấy|กี่|เท่า(?:ไร|ไหร่|ใด)|นานแค่ไหน/iu,
  ],
  [
    'time',
    /\b(?:when|what (?:year|date|time|day)|which (?:year|day))\b|\bwann\b|welche[mns]? (?:jahr|tag)|\bquand\b|quelle (?:année|date|heure)|cuándo|\bquando\b|\bwanneer\b|\bkiedy\b|когда|каким? (?:год|дн)|каком году|πότε|いつ|何(?:年|月|日|時|曜日)|什么时候|哪一?年|何时|几[点月号时]|متى|(?:أي|اي) (?:يوم|عام|سنة)|कब|किस (?:दिन|साल|वर्ष)|언제|\bkdy\b|\bnär\b|\bhvornår\b|ne zaman|(?:^|\s)kaçta|коли|khi nào|lúc nào|mấy giờ|năm nào|เมื่อ(?:ไร|ไหร่|ใด)|วันไหน|ปีไหน|ปีใด|กี่โมง/iu,
  ],
  [
    'place',
    /\bwhere\b|\bwoh?(?:in|er)?\b|(?:^|\s)où(?:\s|$)|d[oó]nde|\bdove\b|\bonde\b|\bwaar\b|\bgdzie\b|(?:^|\s)(?:где|куда|откуда)(?:\s|$)|(?:^|\s)πού|どこ|哪里|哪儿|何地|(?:^|\s)أين|कहाँ|कहां|어디|\b(?:kde|kam|odkud|hvor|nerede|nereye|nereden)\b|(?:^|\s)(?:var|vart)(?=\s)|(?:^|\s)(?:де|куди|звідки)(?:\s|$)|ở đâu|ที่ไหน|จากไหน|ที่ใด/iu,
  ],
  [
    'person',
    /\b(?:who|whom|whose)\b|\b(?:wer|wem|wen|wessen)\b|(?:^|\s)qui(?:\s|$)|qui[eé]n|(?:^|\s)chi(?:\s|$)|\bquem\b|(?:^)wie\s|(?:^|\s)(?:kto|kogo|komu)(?:\s|$)|(?:^|\s)(?:кто|кого|кому|кем)(?:\s|$)|ποι[οόεέ]|誰|だれ|谁|(?:^)من\s|कौन|किसने|किसका|누가|누구|\b(?:kdo|koho|komu|vem|hvem|kim)\b|(?:^|\s)(?:хто)(?:\s|$)|(?:^|\s)ai(?:\s|\?|$)|ใคร/iu,
  ],
]

/** What a question expects in its answer, by its question words. */
export function answerKind(question: string): AnswerKind | undefined {
  return questions.find(([, pattern]) => pattern.test(question))?.[0]
}

const numbers: Partial<Record<Language, string>> = {
  en: 'one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred thousand million half double free',
  de: 'eins zwei drei vier fünf sechs sieben acht neun zehn elf zwölf zwanzig dreißig vierzig fünfzig hundert tausend million millionen halb halbe hälfte doppelt kostenlos',
  fr: 'deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize vingt trente quarante cinquante soixante cent mille million demi moitié double gratuit',
  es: 'dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince veinte treinta cuarenta cincuenta cien ciento mil millón mitad doble gratis',
  it: 'due tre quattro cinque sei sette otto nove dieci undici dodici venti trenta quaranta cinquanta cento mille metà doppio gratis',
  pt: 'dois duas três quatro cinco seis sete oito nove dez onze doze vinte trinta quarenta cinquenta cem mil metade dobro',
  nl: 'twee drie vier vijf zes zeven acht negen tien elf twaalf twintig dertig veertig vijftig honderd duizend helft dubbel gratis',
  pl: 'dwa dwie trzy cztery pięć sześć siedem osiem dziewięć dziesięć dwanaście dwadzieścia sto tysiąc połowa',
  ru: 'один два две три четыре пять шесть семь восемь девять десять двенадцать двадцать тридцать сорок пятьдесят сто тысяч тысяча миллион половина бесплатный бесплатно',
  el: 'δύο τρία τρεις τέσσερα πέντε έξι επτά οκτώ εννέα δέκα είκοσι τριάντα εκατό χίλια μισό',
  ar: 'واحد اثنان ثلاثة ثلاث أربعة أربع خمسة خمس ستة ست سبعة سبع ثمانية ثماني تسعة تسع عشرة عشر عشرين عشرون ثلاثين ثلاثون أربعين أربعون خمسين ستون ستين مئة مائة ألف مليون نصف ديناران مجاني',
  cs: 'dva dvě tři čtyři pět šest sedm osm devět deset jedenáct dvanáct dvacet třicet padesát sto tisíc milion polovina zdarma',
  da: 'to tre fire fem seks syv otte ni ti elleve tolv tyve tredive halvtreds hundrede tusind million halv gratis',
  sv: 'två tre fyra fem sex sju åtta nio tio elva tolv tjugo trettio femtio hundra tusen miljon miljoner halv hälften gratis',
  tr: 'iki üç dört beş altı yedi sekiz dokuz on yirmi otuz kırk elli yüz bin milyon yarım yarısı ücretsiz',
  uk: 'два дві три чотири п’ять шість сім вісім дев’ять десять двадцять тридцять сорок п’ятдесят сто тисяча тисяч мільйон половина безкоштовно',
  vi: 'hai ba bốn năm sáu bảy tám chín mười trăm nghìn ngàn triệu nửa',
  th: 'หนึ่ง สอง สาม สี่ ห้า หก เจ็ด แปด เก้า สิบ ยี่สิบ ร้อย พัน หมื่น แสน ล้าน ครึ่ง',
  hi: 'दो तीन चार पाँच पांच छह सात आठ नौ दस बीस तीस चालीस पचास सौ हज़ार हजार लाख करोड़ आधा',
}

// Months, days of the week and the like: a sentence with one of them tells a time.
const timeWords: readonly string[] = (
  'صباحا مساء عام سنة يوم बजे दिन सन год часов uhr january february march april may june july august ' +
  'september october november december monday tuesday wednesday thursday friday saturday sunday januar ' +
  'februar märz mai juni juli oktober dezember montag dienstag mittwoch donnerstag freitag samstag ' +
  'sonntag janvier février mars avril juin juillet août octobre décembre lundi mardi mercredi jeudi ' +
  'vendredi samedi dimanche enero febrero marzo abril mayo junio julio agosto septiembre octubre ' +
  'noviembre diciembre lunes martes miércoles jueves viernes sábado domingo январ феврал март апрел июн ' +
  'июл август сентябр октябр ноябр декабр понедельник вторник четверг пятниц суббот воскресень يناير ' +
  'فبراير مارس أبريل مايو يونيو يوليو أغسطس سبتمبر أكتوبر نوفمبر ديسمبر الجمعة السبت الأحد الإثنين ' +
  'الثلاثاء الأربعاء الخميس जनवरी फ़रवरी फरवरी मार्च अप्रैल जून जुलाई अगस्त सितंबर अक्टूबर नवंबर दिसंबर ' +
  'सोमवार मंगलवार बुधवार गुरुवार शुक्रवार शनिवार रविवार среда среду среды'
).split(' ')
const timeSigns =
  /\b(?:1\d{3}|20\d{2})\b|\d[:.]\d{2}|[0-9〇一二三四五六七八九十][年月日時时点號号]|星期|曜日|[朝昼夜晚]|\b(?:a\.m|p\.m|o'clock|uhr|heures?|horas?)/iu

const numerals = /\p{Nd}|[〇一二三四五六七八九十百千万億亿]{1,}[^\s、。，]/u
const sets = new Map<Language, ReadonlySet<string>>()

/** Whether a sentence holds what a question expects. Scripts without capitals show no names: there, any sentence may. */
export function holds(kind: AnswerKind, sentence: string, language: Language): boolean {
  switch (kind) {
    case 'amount':
      return numerals.test(sentence) || holdsNumber(sentence, language)
    case 'time':
      return timeSigns.test(sentence) || holdsTimeWord(sentence.toLowerCase())
    case 'person':
    case 'place':
      return holdsName(sentence)
  }
}

function holdsTimeWord(sentence: string): boolean {
  return timeWords.some((word) => sentence.includes(word))
}

function holdsNumber(sentence: string, language: Language): boolean {
  let words = sets.get(language)
  if (!words) sets.set(language, (words = new Set((numbers[language] ?? '').split(' '))))
  // Thai sets no spaces between words.
  if (language === 'th') return [...words].some((word) => sentence.includes(word))
  return (sentence.toLowerCase().match(/\p{L}[\p{L}\p{M}]*/gu) ?? []).some((word) => words.has(word))
}

function holdsName(sentence: string): boolean {
  if (!/\p{Ll}/u.test(sentence)) return true
  return /[\p{Ll}\p{N},;.—–-]["»”)]?\s+["«„“(]?\p{Lu}/u.test(sentence)
}
