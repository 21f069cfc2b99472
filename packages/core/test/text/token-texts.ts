import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname, '../../../..')
const file = (path: string): string => readFileSync(join(root, path), 'utf8')
/** Bytes that follow no pattern, and are the same in every run. */
const noise = Buffer.concat(
  Array.from({ length: 60 }, (_, index) => createHash('sha256').update(String(index)).digest()),
)
const numbers = Array.from({ length: 200 }, (_, index) => (noise.readUInt32LE(index * 4) / 1000).toFixed(index % 4))
const emoji = Array.from('😀😂🤣😍🥰🤔😮😴🎉🎂🚀🔥💡👍👎🙏👀🐶🐱🦊🌍🌈🍎🍕🏆🚗🏠📱💻')

/** Texts of many kinds, by kind; the languages tell about the same. */
export const texts: Readonly<Record<string, string>> = {
  English:
    'The council met on Tuesday evening to decide whether the old bridge should be repaired or replaced. Most of the people who had come to listen were in favor of repairing it, because a new bridge would take three years and nobody knew how the shops on the other side would survive for so long. The mayor promised to ask two more engineers for their opinion before the end of the month.',
  German:
    'Der Gemeinderat traf sich am Dienstagabend, um zu entscheiden, ob die alte Brücke instand gesetzt oder ersetzt werden soll. Die meisten Zuhörer waren für eine Instandsetzung, weil ein Neubau drei Jahre dauern würde und niemand wusste, wie die Geschäfte auf der anderen Seite so lange überleben könnten. Der Bürgermeister versprach, vor Monatsende zwei weitere Ingenieure um ihre Meinung zu bitten.',
  French:
    'Le conseil municipal s’est réuni mardi soir pour décider si le vieux pont devait être réparé ou remplacé. La plupart des habitants venus l’écouter étaient favorables à une réparation, parce qu’un nouveau pont prendrait trois ans et que personne ne savait comment les commerces de l’autre rive survivraient aussi longtemps.',
  Spanish:
    'El ayuntamiento se reunió el martes por la noche para decidir si el viejo puente debía repararse o sustituirse. La mayoría de los vecinos que habían venido a escuchar estaban a favor de repararlo, porque un puente nuevo tardaría tres años y nadie sabía cómo sobrevivirían tanto tiempo las tiendas del otro lado.',
  Polish:
    'Rada miasta spotkała się we wtorek wieczorem, aby zdecydować, czy stary most należy naprawić, czy zastąpić nowym. Większość mieszkańców, którzy przyszli posłuchać, była za naprawą, ponieważ budowa nowego mostu trwałaby trzy lata i nikt nie wiedział, jak sklepy po drugiej stronie przetrwają tak długo.',
  Russian:
    'Городской совет собрался во вторник вечером, чтобы решить, нужно ли старый мост ремонтировать или заменить. Большинство жителей, которые пришли послушать, были за ремонт, потому что новый мост строили бы три года, и никто не знал, как магазины на другом берегу проживут так долго. Мэр обещал до конца месяца спросить мнение ещё двух инженеров.',
  Ukrainian:
    'Міська рада зібралася у вівторок увечері, щоб вирішити, чи старий міст потрібно ремонтувати чи замінити. Більшість мешканців, які прийшли послухати, були за ремонт, бо новий міст будували б три роки, і ніхто не знав, як крамниці на іншому березі проживуть так довго.',
  Greek:
    'Το δημοτικό συμβούλιο συνεδρίασε το βράδυ της Τρίτης για να αποφασίσει αν η παλιά γέφυρα έπρεπε να επισκευαστεί ή να αντικατασταθεί. Οι περισσότεροι κάτοικοι που είχαν έρθει να ακούσουν ήταν υπέρ της επισκευής.',
  Hebrew:
    'מועצת העיר התכנסה ביום שלישי בערב כדי להחליט אם לתקן את הגשר הישן או להחליף אותו. רוב התושבים שבאו להקשיב היו בעד תיקון, כי בניית גשר חדש תימשך שלוש שנים ואיש לא ידע איך החנויות בצד השני ישרדו זמן רב כל כך.',
  Arabic:
    'اجتمع مجلس المدينة مساء الثلاثاء ليقرر ما إذا كان يجب إصلاح الجسر القديم أو استبداله. كان معظم السكان الذين جاؤوا للاستماع يؤيدون الإصلاح، لأن بناء جسر جديد سيستغرق ثلاث سنوات ولا أحد يعرف كيف ستصمد المتاجر في الجانب الآخر كل هذه المدة.',
  Hindi:
    'नगर परिषद मंगलवार की शाम को यह तय करने के लिए मिली कि पुराने पुल की मरम्मत की जाए या उसे बदला जाए। सुनने आए अधिकतर लोग मरम्मत के पक्ष में थे, क्योंकि नया पुल बनाने में तीन साल लगते और किसी को नहीं पता था कि दूसरी ओर की दुकानें इतने समय तक कैसे चलेंगी।',
  Thai: 'สภาเมืองประชุมกันเมื่อเย็นวันอังคารเพื่อตัดสินใจว่าควรซ่อมสะพานเก่าหรือสร้างใหม่ คนส่วนใหญ่ที่มาฟังเห็นด้วยกับการซ่อม เพราะสะพานใหม่จะใช้เวลาสามปี และไม่มีใครรู้ว่าร้านค้าอีกฝั่งหนึ่งจะอยู่รอดได้นานขนาดนั้นอย่างไร นายกเทศมนตรีสัญญาว่าจะถามความเห็นจากวิศวกรอีกสองคนก่อนสิ้นเดือน',
  Chinese:
    '市议会周二晚上开会，决定旧桥应该修理还是更换。大多数来旁听的居民都赞成修理，因为建一座新桥需要三年时间，没有人知道对岸的商店怎样才能维持这么久。市长答应在月底之前再征求两位工程师的意见。公司在春天提高了所有产品的价格，客户没有抱怨。',
  'traditional Chinese':
    '市議會週二晚上開會，決定舊橋應該修理還是更換。大多數來旁聽的居民都贊成修理，因為建一座新橋需要三年時間，沒有人知道對岸的商店怎樣才能維持這麼久。市長答應在月底之前再徵求兩位工程師的意見。',
  Japanese:
    '市議会は火曜日の夜に集まり、古い橋を修理するか建て替えるかを決めることになった。傍聴に来た住民のほとんどは修理に賛成だった。新しい橋には三年かかり、向こう岸の店がそれほど長く持ちこたえられるかどうか、誰にもわからなかったからだ。',
  Korean:
    '시의회는 화요일 저녁에 모여 오래된 다리를 수리할지 새로 지을지 결정하기로 했다. 방청하러 온 주민들은 대부분 수리에 찬성했다. 새 다리를 짓는 데 삼 년이 걸리고, 건너편 가게들이 그렇게 오래 버틸 수 있을지 아무도 몰랐기 때문이다.',
  capitals:
    'THE COUNCIL MET ON TUESDAY EVENING TO DECIDE WHETHER THE OLD BRIDGE SHOULD BE REPAIRED OR REPLACED. '.repeat(2),
  TypeScript: file('packages/core/src/models/pack-passages.ts'),
  Lua: file('packages/redis/src/lua/open-space.lua'),
  CSS: file('packages/dashboard/page/styles/base.css'),
  Markdown: file('CONTRIBUTING.md'),
  JSON: file('packages/core/package.json'),
  'JSON in one line': JSON.stringify(JSON.parse(file('packages/core/package.json'))),
  YAML: file('pnpm-workspace.yaml'),
  base64: noise.toString('base64'),
  'base64 of words': Buffer.from('The council met on Tuesday evening to decide about the bridge. '.repeat(9)).toString(
    'base64',
  ),
  hexadecimal: noise.toString('hex'),
  'capital hexadecimal': noise.toString('hex').toUpperCase(),
  hashes: Array.from(
    { length: 30 },
    (_, index) => `sha256-${noise.toString('base64', index * 32, index * 32 + 32)}`,
  ).join('\n'),
  digits: BigInt(`0x${noise.toString('hex')}`).toString(),
  numbers: numbers.join(', '),
  CSV: numbers
    .map((number, index) => `${index},2026-0${(index % 9) + 1}-1${index % 9},item-${index},${number},true`)
    .join('\n'),
  emoji: Array.from({ length: 300 }, (_, index) => emoji[(index * 31) % emoji.length]).join(''),
  'emoji of parts': '👨‍👩‍👧‍👦👩🏽‍💻🏳️‍🌈👍🏿🇩🇪🇫🇷🇯🇵'.repeat(20),
  'words with emoji': Array.from(
    { length: 40 },
    (_, index) => `Great work ${emoji[index % emoji.length]} see you!`,
  ).join('\n'),
}
