import type { Language } from './function-words.ts'
import { holdsTime } from './time-words.ts'

/** What a question expects in its answer. */
export type AnswerKind = 'person' | 'time' | 'place' | 'amount' | 'reason'

// In the order in which they are tried: "how long ago" is an amount, "since when" a time.
const questions: readonly (readonly [AnswerKind, RegExp])[] = [
  [
    'time',
    /(?<!\p{L})how late(?!\p{L})|(?<!\p{L})what hour(?!\p{L})|(?<!\p{L})wie spät(?!\p{L})|(?<!\p{L})a che ora(?!\p{L})|(?<!\p{L})a qu[eé] horas?(?!\p{L})|(?:^|\s)o której(?!\p{L})|во сколько|о котрій|(?<!\p{L})hoe laat(?!\p{L})|몇 ?시|무슨 요일|几点|星期几|周几/iu,
  ],
  [
    'amount',
    /(?<!\p{L})what (?:is|was) the price(?!\p{L})|(?<!\p{L})how (?:many|much|long|tall|high|far|old|big|large|deep|wide|heavy|fast|often)(?!\p{L})|(?<!\p{L})wie ?(?:viele?|hoch|lang|weit|alt|groß|schwer|oft|tief|teuer)(?!\p{L})|(?<!\p{L})combien(?!\p{L})|quel âge|quel est le prix|longueur|hauteur|(?:^|[^\p{L}])(?:cuánt[oa]s?|quant[oaie]s?)(?!\p{L})|(?<!\p{L})hoe(?:veel| (?:hoog|oud|lang|groot|ver|diep|zwaar|vaak|breed))(?!\p{L})|(?<!\p{L})ile(?!\p{L})|(?<!\p{L})ilu(?!\p{L})|(?<!\p{L})jak (?:długo|daleko|często|wysok[ia])(?!\p{L})|сколько|(?:^|\s)πόσ|いくつ|いくら|何(?:人|匹|年|段|分|個|枚|歳|円|メートル|キロ|グラム|日間|週間|時間|回|度|種類|台|本|冊|軒)|どのくらい|どれくらい|多少|几[个位人年天次]|多[久长高大重远深]|(?:^|\s)كم\s|कितन|얼마|몇|(?<!\p{L})kolik(?!\p{L})|(?<!\p{L})hur (?:många|mycket|långt?|högt?|gammal|gammalt|stor|stort|djup|djupt)(?!\p{L})|(?<!\p{L})hvor (?:mange|meget|langt?|højt?|gammel|stor|stort|dyb|dybt)(?!\p{L})|(?:^|\s)kaç(?:\s|$)|ne kadar|скільки|bao nhiêu|mấy|กี่|เท่า(?:ไร|ไหร่|ใด)|นานแค่ไหน/iu,
  ],
  [
    'time',
    /(?<!\p{L})(?:when|what (?:year|date|time|day)|which (?:year|day))(?!\p{L})|(?<!\p{L})wann(?!\p{L})|welche[mns]? (?:jahr|tag)|(?<!\p{L})quand(?!\p{L})|quelle (?:année|date|heure)|cuándo|(?<!\p{L})quando(?!\p{L})|(?<!\p{L})wanneer(?!\p{L})|(?<!\p{L})kiedy(?!\p{L})|когда|каким? (?:год|дн)|каком году|πότε|いつ|何(?:年|月|日|時|曜日)|什么时候|哪一?年|何时|几[点月号时]|متى|(?:أي|اي) (?:يوم|عام|سنة)|कब|किस (?:दिन|साल|वर्ष)|언제|(?<!\p{L})kdy(?!\p{L})|(?<!\p{L})när(?!\p{L})|(?<!\p{L})hvornår(?!\p{L})|ne zaman|(?:^|\s)kaçta|коли|khi nào|lúc nào|mấy giờ|năm nào|เมื่อ(?:ไร|ไหร่|ใด)|วันไหน|ปีไหน|ปีใด|กี่โมง/iu,
  ],
  [
    'place',
    /(?<!\p{L})where(?!\p{L})|(?<!\p{L})woh?(?:in|er)?(?!\p{L})|(?:^|\s)où(?:\s|$)|d[oó]nde|(?<!\p{L})dove(?!\p{L})|(?<!\p{L})onde(?!\p{L})|(?<!\p{L})waar(?!\p{L})|(?<!\p{L})gdzie(?!\p{L})|(?:^|\s)(?:где|куда|откуда)(?:\s|$)|(?:^|\s)πού|どこ|哪里|哪儿|何地|(?:^|\s)أين|कहाँ|कहां|어디|(?<!\p{L})(?:kde|kam|odkud|hvor|nerede|nereye|nereden)(?!\p{L})|(?:^|\s)(?:var|vart)(?=\s)|(?:^|\s)(?:де|куди|звідки)(?:\s|$)|ở đâu|ที่ไหน|จากไหน|ที่ใด/iu,
  ],
  [
    'person',
    /(?<!\p{L})(?:who|whom|whose)(?!\p{L})|(?<!\p{L})(?:wer|wem|wen|wessen)(?!\p{L})|(?:^|\s)qui(?:\s|$)|qui[eé]n|(?:^|\s)chi(?:\s|$)|(?<!\p{L})quem(?!\p{L})|^wie (?:is|was|zijn|waren|heeft|had|hebben|wordt|werd|mag|moet|zal|wil|deed|doet|maakt|maakte|schreef|bouwde|vond|won|volgt|betaalt|leidt|leidde)\s|(?:^|\s)(?:kto|kogo|komu)(?:\s|$)|(?:^|\s)(?:кто|кого|кому|кем)(?:\s|$)|ποι[οόεέ]|誰|だれ|谁|(?:^)من\s|कौन|किसने|किसका|누가|누구|(?<!\p{L})(?:kdo|koho|komu|vem|hvem|kim)(?!\p{L})|(?:^|\s)(?:хто)(?:\s|$)|(?:^|\s)ai(?:\s|\?|$)|ใคร/iu,
  ],
  [
    'reason',
    /(?<!\p{L})why(?!\p{L})|(?<!\p{L})(?:warum|weshalb|wieso|wozu)(?!\p{L})|(?<!\p{L})pourquoi(?!\p{L})|por ?qu[eé](?!\p{L})|(?<!\p{L})perché(?!\p{L})|(?<!\p{L})waarom(?!\p{L})|(?<!\p{L})dlaczego(?!\p{L})|почему|зачем|чому|γιατί|为什么|为何|なぜ|どうして|لماذا|क्यों|왜|(?<!\p{L})proč(?!\p{L})|(?<!\p{L})varför(?!\p{L})|(?<!\p{L})hvorfor(?!\p{L})|(?<!\p{L})neden(?!\p{L})|(?<!\p{L})niçin(?!\p{L})|vì sao|tại sao|ทำไม|למה|מדוע/iu,
  ],
]

/** How a question asks for one of several, or for what something is. */
const what = new Set(
  (
    'what which welche welcher welches welchem welchen quel quelle quels quelles qué cuál cuáles quale quali qual che que quais ' +
    'welk welke wat jaki jaka jakie jakim jakiej jakiego która które którym której какой какая какое какие каков какова каково ' +
    'каковы каком каким какому какого ما كم क्या vilken vilket vilka hvilken hvilket hvilke jaký jaká jaké jakou která který hangi ' +
    'nedir який яка яке які якою яким ποια ποιο ποιος'
  ).split(' '),
)

/** What such a question asks for, by the word that it names. */
const wanted: Readonly<Record<'amount' | 'time', ReadonlySet<string>>> = {
  // What is measured, counted or paid.
  amount: new Set(
    (
      'weight size height length width depth area price cost costs fee salary wage wages speed temperature age distance duration ' +
      'population capacity number amount percentage share sum total rent budget gewicht größe höhe länge breite tiefe fläche preis ' +
      'kosten gebühr gehalt lohn geschwindigkeit temperatur alter entfernung dauer einwohnerzahl anzahl zahl betrag anteil summe ' +
      'miete poids taille hauteur longueur largeur profondeur surface superficie prix coût coûts montant salaire vitesse température ' +
      'âge distance durée population capacité nombre pourcentage part somme loyer peso tamaño altura longitud anchura ancho ' +
      'profundidad precio coste costo tarifa salario sueldo velocidad edad distancia duración población capacidad número importe ' +
      'porcentaje suma alquiler dimensione altezza lunghezza larghezza profondità prezzo tariffa stipendio velocità età distanza ' +
      'durata popolazione capacità numero importo percentuale somma affitto tamanho comprimento largura profundidade preço custo ' +
      'taxa velocidade idade distância duração população capacidade valor percentagem soma renda gewicht grootte hoogte lengte ' +
      'breedte diepte oppervlakte prijs kosten salaris loon snelheid leeftijd afstand duur aantal bedrag huur waga wielkość wysokość ' +
      'długość szerokość głębokość powierzchnia cena koszt opłata pensja prędkość temperatura wiek odległość liczba ilość kwota suma ' +
      'kara вес размер высота длина ширина глубина площадь цена стоимость плата зарплата скорость температура возраст расстояние ' +
      'длительность численность население вместимость число количество сумма процент доля штраф سعر وزن حجم ارتفاع طول عرض عمق ' +
      'مساحة تكلفة راتب سرعة حرارة عمر مسافة مدة عدد مبلغ نسبة कीमत वज़न वजन ऊँचाई ऊंचाई लंबाई चौड़ाई गहराई क्षेत्रफल वेतन गति तापमान उम्र ' +
      'दूरी अवधि जनसंख्या संख्या राशि किराया vikt storlek höjd längd bredd djup yta pris kostnad lön hastighet ålder avstånd antal vægt ' +
      'størrelse højde længde bredde dybde areal løn hastighed alder afstand hmotnost velikost výška délka šířka hloubka rozloha cena ' +
      'plat rychlost teplota věk vzdálenost počet částka ağırlık ağırlığı boyutu yüksekliği uzunluğu fiyatı maaşı hızı sıcaklığı yaşı ' +
      'sayısı вага розмір висота довжина ширина глибина площа ціна вартість зарплата швидкість вік відстань кількість сума'
    ).split(' '),
  ),
  time: new Set(
    (
      'year years month months week day days date time times hour hours century season jahr jahre jahren monat monaten woche tag ' +
      'tage tagen datum zeit zeiten uhrzeit uhrzeiten année an mois semaine jour jours date heure heures siècle saison año años mes ' +
      'meses semana día días fecha hora horas siglo anno anni mese mesi settimana giorno giorni data ora ore secolo ano anos mês ' +
      'dia dias século jaar maand dag dagen tijd tijden uur rok roku miesiąc miesiącu dzień dnia dni dniach data datę godzina ' +
      'godzinie godzinach termin год году года месяц месяце неделя день дня дни дням дата число числа час часы время срок сроку ' +
      'سنة عام شهر يوم أيام تاريخ ساعة وقت साल वर्ष महीने दिन तारीख समय år månad dag dagar tid måned dage rok měsíc den dny datum čas ' +
      'yıl yılda ay gün günü tarih tarihte saat рік році місяць день дні дата година'
    ).split(' '),
  ),
}

/** Words between the two: "What was the total weight of it?" */
const mostBetween = 4

/** What a question expects in its answer, by its question words, or by the word that it asks for. */
export function answerKind(question: string): AnswerKind | undefined {
  return questions.find(([, pattern]) => pattern.test(question))?.[0] ?? kindOfWanted(question)
}

/** By the word for what is asked for, as "weight" in "What is its weight?" */
function kindOfWanted(question: string): AnswerKind | undefined {
  const words = question.toLowerCase().match(/\p{L}[\p{L}\p{M}]*/gu) ?? []
  const at = words.findIndex((word) => what.has(word))
  if (at === -1) return undefined
  const next = words.slice(at + 1, at + 2 + mostBetween)
  return (['amount', 'time'] as const).find((kind) => next.some((word) => wanted[kind].has(word)))
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
  /(?<!\p{L})(?:because|since|due to|reasons?|owing to|so that|therefore|in order to|thanks to|as a result)(?!\p{L})|(?<!\p{L})(?:weil|denn|wegen|damit|grund|gründe|daher|deshalb|aufgrund|infolge)(?!\p{L})|(?<!\p{L})parce qu|(?<!\p{L})car(?!\p{L})|à cause|en raison|(?<!\p{L})puisqu|(?<!\p{L})afin(?!\p{L})|grâce à|(?<!\p{L})porque(?!\p{L})|(?<!\p{L})ya que(?!\p{L})|(?<!\p{L})debido(?!\p{L})|(?<!\p{L})por eso(?!\p{L})|(?<!\p{L})pois(?!\p{L})|já que|(?<!\p{L})devido(?!\p{L})|(?<!\p{L})perché(?!\p{L})|(?<!\p{L})poiché(?!\p{L})|(?<!\p{L})siccome(?!\p{L})|a causa|(?<!\p{L})(?:omdat|want|doordat|wegens|vanwege|zodat)(?!\p{L})|(?<!\p{L})ponieważ(?!\p{L})|(?<!\p{L})bo(?!\p{L})|(?<!\p{L})gdyż(?!\p{L})|z powodu|(?<!\p{L})dlatego(?!\p{L})|потому|так как|из-за|поэтому|чтобы|поскольку|тому що|через те|щоб|επειδή|γιατί|διότι|λόγω|因为|由于|所以|因此|为了|原因|ため|から|ので|理由|لأن|بسبب|لذلك|क्योंकि|इसलिए|कारण|वजह|때문|위해|이유|므로|(?<!\p{L})protože(?!\p{L})|(?<!\p{L})neboť(?!\p{L})|(?<!\p{L})kvůli(?!\p{L})|(?<!\p{L})eftersom(?!\p{L})|(?<!\p{L})därför(?!\p{L})|(?<!\p{L})fordi(?!\p{L})|(?<!\p{L})derfor(?!\p{L})|på grund|(?<!\p{L})çünkü(?!\p{L})|(?<!\p{L})için(?!\p{L})|nedeniyle|yüzünden|(?<!\p{L})bởi(?!\p{L})|do đó|เพราะ|เนื่องจาก|בגלל|מפני|לכן/iu

const numerals = /\p{Nd}|[〇一二三四五六七八九十百千万億亿]{1,}[^\s、。，]/u
const sets = new Map<Language, ReadonlySet<string>>()

/** Whether a sentence holds what a question expects. Scripts without capitals show no names: there, any sentence may. */
export function holds(kind: AnswerKind, sentence: string, language: Language): boolean {
  switch (kind) {
    case 'amount':
      return numerals.test(withoutMark(sentence)) || holdsNumber(sentence, language)
    case 'time':
      return holdsTime(sentence)
    case 'reason':
      return reasons.test(sentence)
    case 'person':
      return language === 'de' ? fullName.test(sentence) : holdsName(sentence)
    case 'place':
      return holdsName(sentence)
  }
}

/** A sentence without the number that a list or a paragraph gives it, which says nothing of an amount. */
function withoutMark(sentence: string): string {
  return sentence.replace(/^\s*(?:§\s*)?[([]?\p{Nd}{1,3}(?:\.\p{Nd}{1,3}){0,3}[.)\]]\s+/u, '')
}

function holdsNumber(sentence: string, language: Language): boolean {
  let words = sets.get(language)
  if (!words) sets.set(language, (words = new Set((numbers[language] ?? '').split(' '))))
  // Thai sets no spaces between words.
  if (language === 'th') return [...words].some((word) => sentence.includes(word))
  return (sentence.toLowerCase().match(/\p{L}[\p{L}\p{M}]*/gu) ?? []).some((word) => words.has(word))
}

/** In German, which writes all nouns with a capital, two of them stand side by side in names alone. */
const fullName = /(?<![\p{L}.])\p{Lu}[\p{L}.]{1,30} (?:von |van |de |zu )?\p{Lu}\p{L}/u

function holdsName(sentence: string): boolean {
  if (!/\p{Ll}/u.test(sentence)) return true
  return /[\p{Ll}\p{N},;.—–-]["»”)]?\s+["«„“(]?\p{Lu}/u.test(sentence)
}
