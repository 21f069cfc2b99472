import type { Language } from './function-words.ts'
import { holdsTime } from './time-words.ts'

/** What a question expects in its answer. */
export type AnswerKind = 'person' | 'time' | 'place' | 'amount' | 'reason'

// In the order in which they are tried: "how long ago" is an amount, "since when" a time.
const questions: readonly (readonly [AnswerKind, RegExp])[] = [
  [
    'time',
    /\bhow late\b|\bwhat hour\b|\bwie spät\b|\ba che ora\b|\ba qu[eé] horas?\b|(?:^|\s)o której\b|во сколько|о котрій|\bhoe laat\b|몇 ?시|무슨 요일|几点|星期几|周几/iu,
  ],
  [
    'amount',
    /\bwhat (?:is|was) the price\b|\bhow (?:many|much|long|tall|high|far|old|big|large|deep|wide|heavy|fast|often)\b|\bwie ?(?:viele?|hoch|lang|weit|alt|groß|schwer|oft|tief|teuer)\b|\bcombien\b|quel âge|quel est le prix|longueur|hauteur|(?:^|[^\p{L}])(?:cuánt[oa]s?|quant[oaie]s?)(?!\p{L})|\bhoe(?:veel| (?:hoog|oud|lang|groot|ver|diep|zwaar|vaak|breed))\b|\bile\b|\bilu\b|\bjak (?:długo|daleko|często|wysok[ia])(?!\p{L})|сколько|(?:^|\s)πόσ|いくつ|いくら|何(?:人|匹|年|段|分|個|枚|歳|円|メートル|キロ|グラム|日間|週間|時間|回|度|種類|台|本|冊|軒)|どのくらい|どれくらい|多少|几[个位人年天次]|多[久长高大重远深]|(?:^|\s)كم\s|कितन|얼마|몇|\bkolik\b|\bhur (?:många|mycket|långt?|högt?|gammal|gammalt|stor|stort|djup|djupt)(?!\p{L})|\bhvor (?:mange|meget|langt?|højt?|gammel|stor|stort|dyb|dybt)(?!\p{L})|(?:^|\s)kaç(?:\s|$)|ne kadar|скільки|bao nhiêu|mấy|กี่|เท่า(?:ไร|ไหร่|ใด)|นานแค่ไหน/iu,
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
    /\b(?:who|whom|whose)\b|\b(?:wer|wem|wen|wessen)\b|(?:^|\s)qui(?:\s|$)|qui[eé]n|(?:^|\s)chi(?:\s|$)|\bquem\b|^wie (?:is|was|zijn|waren|heeft|had|hebben|wordt|werd|mag|moet|zal|wil|deed|doet|maakt|maakte|schreef|bouwde|vond|won|volgt|betaalt|leidt|leidde)\s|(?:^|\s)(?:kto|kogo|komu)(?:\s|$)|(?:^|\s)(?:кто|кого|кому|кем)(?:\s|$)|ποι[οόεέ]|誰|だれ|谁|(?:^)من\s|कौन|किसने|किसका|누가|누구|\b(?:kdo|koho|komu|vem|hvem|kim)\b|(?:^|\s)(?:хто)(?:\s|$)|(?:^|\s)ai(?:\s|\?|$)|ใคร/iu,
  ],
  [
    'reason',
    /\bwhy\b|\b(?:warum|weshalb|wieso|wozu)\b|\bpourquoi\b|por ?qu[eé](?!\p{L})|\bperché\b|\bwaarom\b|\bdlaczego\b|почему|зачем|чому|γιατί|为什么|为何|なぜ|どうして|لماذا|क्यों|왜|\bproč\b|\bvarför\b|\bhvorfor\b|\bneden\b|\bniçin\b|vì sao|tại sao|ทำไม|למה|מדוע/iu,
  ],
]

/** What a question expects in its answer, by its question words. */
export function answerKind(question: string): AnswerKind | undefined {
  return questions.find(([, pattern]) => pattern.test(question))?.[0]
}

const numbers: Partial<Record<Language, string>> = {
  en: 'one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred thousand million half double free twice once dozen',
  de: 'eins zwei drei vier fünf sechs sieben acht neun zehn elf zwölf zwanzig dreißig vierzig fünfzig hundert tausend million millionen halb halbe hälfte doppelt kostenlos dreizehn vierzehn fünfzehn sechzehn siebzehn achtzehn neunzehn sechzig siebzig achtzig neunzig zweimal dreimal dutzend einmal',
  fr: 'deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize vingt trente quarante cinquante soixante cent mille million demi moitié double gratuit dix-sept dix-huit dix-neuf quatre-vingts quatre-vingt dizaine douzaine vingtaine deux-cents',
  es: 'dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince veinte treinta cuarenta cincuenta cien ciento mil millón mitad doble gratis dieciséis diecisiete dieciocho diecinueve sesenta setenta ochenta noventa doscientos trescientos quinientos seiscientos docena veces',
  it: 'due tre quattro cinque sei sette otto nove dieci undici dodici venti trenta quaranta cinquanta cento mille metà doppio gratis tredici quattordici quindici sedici diciassette diciotto diciannove sessanta settanta ottanta novanta mila dozzina',
  pt: 'dois duas três quatro cinco seis sete oito nove dez onze doze vinte trinta quarenta cinquenta cem mil metade dobro treze catorze quatorze quinze dezesseis dezasseis dezessete dezassete dezoito dezenove dezanove sessenta setenta oitenta noventa duzentos trezentos quinhentos milhão dúzia',
  nl: 'twee drie vier vijf zes zeven acht negen tien elf twaalf twintig dertig veertig vijftig honderd duizend helft dubbel gratis dertien veertien vijftien zestien zeventien achttien negentien zestig zeventig tachtig negentig miljoen',
  pl: 'dwa dwie trzy cztery pięć sześć siedem osiem dziewięć dziesięć dwanaście dwadzieścia sto tysiąc połowa jedenaście trzynaście czternaście piętnaście szesnaście siedemnaście osiemnaście dziewiętnaście trzydzieści czterdzieści pięćdziesiąt sześćdziesiąt siedemdziesiąt osiemdziesiąt dziewięćdziesiąt dwóch trzech czterech pięciu sześciu dwustu dwieście trzysta pięćset',
  ru: 'один два две три четыре пять шесть семь восемь девять десять двенадцать двадцать тридцать сорок пятьдесят сто тысяч тысяча миллион половина бесплатный бесплатно одиннадцать тринадцать четырнадцать пятнадцать шестнадцать семнадцать восемнадцать девятнадцать шестьдесят семьдесят восемьдесят девяносто двести триста пятьсот двух трёх трех четырёх пяти шести семи восьми девяти десяти двадцати тридцати сорока ста двое трое',
  el: 'δύο τρία τρεις τέσσερα πέντε έξι επτά οκτώ εννέα δέκα είκοσι τριάντα εκατό χίλια μισό',
  ar: 'واحد اثنان ثلاثة ثلاث أربعة أربع خمسة خمس ستة ست سبعة سبع ثمانية ثماني تسعة تسع عشرة عشر عشرين عشرون ثلاثين ثلاثون أربعين أربعون خمسين ستون ستين مئة مائة ألف مليون نصف ديناران مجاني',
  cs: 'dva dvě tři čtyři pět šest sedm osm devět deset jedenáct dvanáct dvacet třicet padesát sto tisíc milion polovina zdarma',
  da: 'to tre fire fem seks syv otte ni ti elleve tolv tyve tredive halvtreds hundrede tusind million halv gratis',
  sv: 'två tre fyra fem sex sju åtta nio tio elva tolv tjugo trettio femtio hundra tusen miljon miljoner halv hälften gratis',
  tr: 'iki üç dört beş altı yedi sekiz dokuz on yirmi otuz kırk elli yüz bin milyon yarım yarısı ücretsiz',
  uk: 'два дві три чотири п’ять шість сім вісім дев’ять десять двадцять тридцять сорок п’ятдесят сто тисяча тисяч мільйон половина безкоштовно',
  vi: 'hai ba bốn năm sáu bảy tám chín mười trăm nghìn ngàn triệu nửa',
  ko: '두 세 네 다섯 여섯 일곱 여덟 아홉 열 스무 스물 서른 마흔 쉰 백 천 만',
  he: 'שני שתי שניים שתיים שלוש שלושה ארבע ארבעה חמש חמישה שש שישה שבע שבעה שמונה תשע תשעה עשר עשרה עשרים שלושים ארבעים חמישים מאה אלף',
  th: 'หนึ่ง สอง สาม สี่ ห้า หก เจ็ด แปด เก้า สิบ ยี่สิบ ร้อย พัน หมื่น แสน ล้าน ครึ่ง',
  hi: 'दो तीन चार पाँच पांच छह सात आठ नौ दस बीस तीस चालीस पचास सौ हज़ार हजार लाख करोड़ आधा ग्यारह बारह तेरह चौदह पंद्रह सोलह सत्रह अठारह उन्नीस साठ सत्तर अस्सी नब्बे',
}

const reasons =
  /\b(?:because|since|due to|reasons?|owing to|so that|therefore|in order to|thanks to|as a result)\b|\b(?:weil|denn|wegen|damit|grund|gründe|daher|deshalb|aufgrund|infolge)\b|\bparce qu|\bcar\b|à cause|en raison|\bpuisqu|\bafin\b|grâce à|\bporque\b|\bya que\b|\bdebido\b|\bpor eso\b|\bpois\b|já que|\bdevido\b|\bperché\b|\bpoiché\b|\bsiccome\b|a causa|\b(?:omdat|want|doordat|wegens|vanwege|zodat)\b|\bponieważ\b|\bbo\b|\bgdyż\b|z powodu|\bdlatego\b|потому|так как|из-за|поэтому|чтобы|поскольку|тому що|через те|щоб|επειδή|γιατί|διότι|λόγω|因为|由于|所以|因此|为了|原因|ため|から|ので|理由|لأن|بسبب|لذلك|क्योंकि|इसलिए|कारण|वजह|때문|위해|이유|므로|\bprotože\b|\bneboť\b|\bkvůli\b|\beftersom\b|\bdärför\b|\bfordi\b|\bderfor\b|på grund|\bçünkü\b|\biçin\b|nedeniyle|yüzünden|\bbởi\b|do đó|เพราะ|เนื่องจาก|בגלל|מפני|לכן/iu

const numerals = /\p{Nd}|[〇一二三四五六七八九十百千万億亿]{1,}[^\s、。，]/u
const sets = new Map<Language, ReadonlySet<string>>()

/** Whether a sentence holds what a question expects. Scripts without capitals show no names: there, any sentence may. */
export function holds(kind: AnswerKind, sentence: string, language: Language): boolean {
  switch (kind) {
    case 'amount':
      return numerals.test(sentence) || holdsNumber(sentence, language)
    case 'time':
      return holdsTime(sentence)
    case 'reason':
      return reasons.test(sentence)
    case 'person':
    case 'place':
      return holdsName(sentence)
  }
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
