/** A text, and the queries that should find it before all others. */
export interface QualityCase {
  readonly text: string
  readonly queries: readonly string[]
}

/** Short notes in many languages and forms, written for this benchmark; some are only there to be confused with others. */
export const qualitySet: readonly QualityCase[] = [
  // Notes and chats
  {
    text: 'Acme raised its prices by nine percent in March',
    queries: ['price raise at Acme', 'acme pricing', 'raising prices'],
  },
  {
    text: 'Birdsong lowered its prices again, customers were glad',
    queries: ['lower price birdsong', 'glad customer'],
  },
  { text: 'The price list of Acme is attached, it has not changed', queries: ['"price list"', 'attached price list'] },
  { text: 'We talked about the list of open prices for an hour', queries: ['open price hour'] },
  {
    text: 'Hi Dana, did the children like the museum? Ours ran through it twice.',
    queries: ['child at the museum', 'dana museum'],
  },
  {
    text: 'Yes, we went on Saturday. The geese in the park were the best part, she fed them all.',
    queries: ['goose park', 'feeding geese'],
  },
  {
    text: 'Two analyses disagree: one says churn fell, the other that it rose',
    queries: ['analysis of churn', 'analyses disagree'],
  },
  {
    text: 'I have bought the tickets for Lisbon, we leave on the fourth',
    queries: ['buy tickets', 'when do we leave for lisbon'],
  },
  {
    text: 'Noah wrote that the staging workers lost their environment variables',
    queries: ['who wrote about staging', 'environment variable lost'],
  },
  { text: 'Please receive the parcel for me, the courier comes at noon', queries: ['recieve parcel', 'couriers'] },
  { text: 'The recipe needs two eggs, flour and a little patience', queries: ['recipes with egg', 'patience flour'] },
  {
    text: 'Maya’s laptop was stolen; she filed a report with the police',
    queries: ['maya laptop', 'who stole the laptop'],
  },
  {
    text: 'The contractor has logs-only access until Friday 18:00',
    queries: ['contractor access until when', 'logs only'],
  },
  {
    text: 'Budget approved: 221,000 dollars, the discount stays at most nine percent',
    queries: ['approved budget', 'maximum discount'],
  },
  { text: 'Nobody answered the question about the generator of reports', queries: ['report generator question'] },
  { text: 'General remarks: the university moved to the old harbor', queries: ['university harbor', 'general remark'] },
  // Code and names
  {
    text: 'TypeError in parseHttpRequest when the header is empty',
    queries: ['http request header', 'parseHttpRequest', 'parsehttprequest'],
  },
  { text: 'set max_retry_count to 5 before the deploy', queries: ['retry count', 'max_retry_count'] },
  { text: 'org.acme.billing.InvoiceWriter fails on negative totals', queries: ['invoice billing', 'invoicewriter'] },
  { text: 'Upgrade to version 5.3.2, 5.3.1 has a leak', queries: ['5.3.2'] },
  { text: 'version 5.2.3 was never released', queries: ['5.2.3'] },
  { text: 'Send an e-mail to the billing team, not to support', queries: ['email billing team'] },
  { text: 'The XMLReader is slower than the JSONReader', queries: ['json reader', 'xml'] },
  { text: '🦆 spotted in the pond behind the office', queries: ['🦆', 'pond office'] },
  // Other languages
  {
    text: 'Die Preise der Häuser am See sind wieder gestiegen',
    queries: ['Haus am See', 'Hauspreise Häuser', 'hauser preis'],
  },
  { text: 'Der Hund läuft durch den Garten und bellt die Nachbarn an', queries: ['bellender Hund Gärten', 'Nachbar'] },
  { text: 'Les chevaux de l’entreprise ont gagné la course', queries: ['cheval gagner', 'entreprise'] },
  { text: 'L’hôpital a été rénové par la ville cette année', queries: ['hopital', 'rénovation hôpital'] },
  { text: 'Las canciones del pueblo hablan de la lluvia', queries: ['canción lluvia', 'cancion pueblo'] },
  { text: 'Le città della regione hanno nuovi tram', queries: ['citta tram', 'nuovo tram'] },
  { text: 'As reuniões da equipe começam sempre às nove horas', queries: ['reuniões equipe', 'hora reunião equipe'] },
  { text: 'De huizen in deze straat zijn allemaal verkocht', queries: ['huizen straat', 'verkocht huis'] },
  { text: 'Smørrebrød til frokost på fredag', queries: ['smorrebrod', 'frokost fredag'] },
  { text: 'Wycieczka do Łodzi odbędzie się we wtorek', queries: ['Łodzi wycieczka', 'lodzi wtorek'] },
  { text: 'Цены на квартиры в Москве выросли', queries: ['цена квартиры', 'квартира Москва'] },
  { text: 'Наши соседи купили новую машину', queries: ['соседей машина', 'новая машина'] },
  { text: 'Οι τιμές των σπιτιών ανέβηκαν πολύ', queries: ['τιμη σπιτιων', 'τιμή'] },
  { text: 'والكتاب الجديد على الطاولة', queries: ['كتاب', 'الكتاب طاولة'] },
  { text: 'ذهب الأولاد إلى المدرسة صباحا', queries: ['مدرسة', 'أولاد المدرسة'] },
  { text: 'הילדים הלכו לבית הספר בבוקר', queries: ['בית ספר', 'ילדים'] },
  { text: 'किताबें मेज़ पर रखी हैं', queries: ['किताब', 'मेज'] },
  { text: '東京の天気予報は明日も晴れです', queries: ['天気', '天気予報', '東京'] },
  { text: '大阪の会議は来週の月曜日に延期されました', queries: ['会議 延期', '大阪'] },
  { text: '窓辺で猫が寝ている', queries: ['猫', '窓辺'] },
  { text: '我们公司的产品价格上涨了', queries: ['价格', '产品价格'] },
  { text: '明天的会议改到下午三点', queries: ['会议', '下午'] },
  { text: '서울에서 회사를 다니는 친구가 있다', queries: ['회사', '친구', '서울'] },
  { text: '내일 부산에 비가 온다고 합니다', queries: ['부산', '비가 내일'] },
  { text: 'วันนี้กินข้าวผัดที่ตลาดอร่อยมาก', queries: ['ข้าวผัด', 'ตลาด'] },
  { text: 'พรุ่งนี้ประชุมที่กรุงเทพ', queries: ['ประชุม', 'กรุงเทพ'] },
  // Forms of letters
  { text: 'Ｆｕｌｌ ｗｉｄｔｈ ｌｅｔｔｅｒｓ from an old form', queries: ['full width letters'] },
  { text: 'The soft\u00ADware team reorgan\u00ADized', queries: ['software team', 'reorganize'] },
  { text: 'İstanbul ve Iğdır arasında yeni uçuş', queries: ['istanbul', 'igdir ucus'] },
]
