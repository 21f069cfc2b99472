/** Shorter phrases are names, or parts of a sentence. In UTF-16 units, as all lengths here. */
const minSentence = 20
/** A sentence rarely begins with a phrase that is shorter. */
const minPhrase = 10

// Words with which a sentence continues after a space: and, or, but, which, because, from, when, such as, together with …
const goesOn =
  /^(?:และ|หรือ|แต่|ที่|ซึ่ง|อัน|โดย|ด้วย|เพราะ|เนื่องจาก|เพื่อ|จาก|ใน|ของ|กับ|แก่|ต่อ|ตั้งแต่|จน|ถึง|ว่า|คือ|รวม|ได้แก่|เช่น|ทั้ง|พร้อม|ไม่ว่า|ตาม|ระหว่าง|ก็|จึง|แล้ว|เป็น|เมื่อ|หาก|ถ้า|สำหรับ|บน|ใต้|ริม|ใกล้|ประมาณ|ราว|กว่า|คน|ครั้ง)/u
/** Titles begin a name, and often a sentence, however short. */
const title = /^(?:นาย|นาง|คุณ|ดร\.|ครู|พระ|พล\.)/u
// And words that something must follow.
const isOpen = /(?:และ|หรือ|ว่า|คือ|ได้แก่|เช่น|ของ|ที่|ใน|โดย|นาย|นาง|นางสาว|ชื่อ)$/u
const year =
  /(?:ปี|พ\.ศ\.|ค\.ศ\.|(?:มกราคม|กุมภาพันธ์|มีนาคม|เมษายน|พฤษภาคม|มิถุนายน|กรกฎาคม|สิงหาคม|กันยายน|ตุลาคม|พฤศจิกายน|ธันวาคม))\s?\p{Nd}{4}$/u

/**
 * The ends of sentences in Thai, ascending. Thai has no full stop: a space ends a sentence, and phrases, names and numbers
 * are set apart by spaces, too. So a space counts where a whole sentence may stand before it, and may begin after it.
 */
export function* thaiEnds(text: string): Generator<number> {
  let start = 0
  for (const { 0: gap, index } of text.matchAll(/\s+/gu)) {
    const before = text.slice(Math.max(start, index - 40), index)
    const behind = index + gap.length
    const after = text.slice(behind, behind + 80)
    const isMarked = /[!?…ฯ]["'”’)]*$/u.test(before)
    if (!isMarked && !(index - start >= minSentence && mayEnd(before) && mayBegin(after))) continue
    yield index
    start = behind
  }
}

function mayEnd(before: string): boolean {
  return year.test(before) || (/[\p{Script=Thai}"”’)]$/u.test(before) && !before.endsWith('.') && !isOpen.test(before))
}

function mayBegin(after: string): boolean {
  const [phrase = ''] = /^\S+/.exec(after) ?? []
  return (
    /^["“‘(]?\p{Script=Thai}/u.test(phrase) &&
    !goesOn.test(phrase) &&
    (phrase.length >= minPhrase || title.test(phrase))
  )
}
