// The letters of the scripts in which typos are looked for, as folding leaves them.
const alphabets = [
  [/^[a-z]+$/, 'abcdefghijklmnopqrstuvwxyz'],
  [/^[а-яєіїґў]+$/, 'абвгдежзийклмнопрстуфхцчшщъыьэюяєіґ'],
  [/^[α-ω]+$/, 'αβγδεζηθικλμνξοπρστυφχψω'],
  [/^[א-ת]+$/, 'אבגדהוזחטיכלמנסעפצקרשת'],
  [/^[ء-ي]+$/, 'ءآأؤإئابتثجحخدذرزسشصضطظعغفقكلمنهوي'],
] as const

const shortest = 5
const longest = 30

/**
 * The words at one edit from a word: a letter less, more, replaced, or two neighbors swapped.
 * Short words have none, since most of theirs mean something else, nor have words with digits.
 *
 * @param word - Folded.
 */
export function editsOf(word: string): string[] {
  if (word.length < shortest || word.length > longest) return []
  const letters = alphabets.find(([script]) => script.test(word))?.[1] ?? ''
  if (letters === '') return []
  const found = new Set<string>()
  for (let at = 0; at <= word.length; at += 1) {
    const [before, after] = [word.slice(0, at), word.slice(at)]
    for (const letter of letters) {
      found.add(before + letter + after)
      if (after !== '') found.add(before + letter + after.slice(1))
    }
    if (after !== '') found.add(before + after.slice(1))
    if (after.length > 1) found.add(`${before}${after[1]}${after[0]}${after.slice(2)}`)
  }
  found.delete(word)
  return [...found]
}
