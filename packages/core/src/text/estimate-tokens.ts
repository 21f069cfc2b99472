import { kind, kindOf, scripts } from './script-of.ts'

/**
 * Estimates the tokens of a text, within about 15 % of what most models count, in any of
 * their languages, in code, and in data. In one pass, without looking anything up in a vocabulary.
 *
 * The text is parted as tokenizers do it: words with their space, at capitals within,
 * three digits, runs of marks, runs of white space. How many tokens a word takes depends on its
 * length, and on how common its language is. Latin words are counted as English, as Western and as other ones
 * at the same time; in the end, the short words and letters that English lacks tell which counts.
 */
export function estimateTokens(text: string): number {
  const counts = new TokenCounts()
  let before: number = kind.space
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index)
    const now = kindOf(unit)
    counts.take(now, before, unit)
    before = now
  }
  return counts.sum()
}

/** Of the shortest words of other languages in Latin letters, those that English and code lack. */
const foreignWords =
  'der und das den dem ein ist von zu mit im auf sie des les est que el los las una del il di che een het van att och som det av nie na ve bir ja dan yg na da e os um em lo gli ne nu og er je se si ke az egy ez'
const foreign = new Uint8Array(27 ** 3)
for (const word of foreignWords.split(' ')) foreign[nameOf(word)] = 1

/** The place of a word of at most three letters. */
function nameOf(word: string): number {
  return Array.from(word).reduce((name, letter) => name * 27 + letter.charCodeAt(0) - 96, 0)
}

/** Letters of Latin that French, German and Spanish lack, and of Cyrillic that Russian lacks. */
function isRare(unit: number): boolean {
  return (
    (unit >= 0x100 && unit < 0x300) ||
    unit >= 0x1e00 ||
    unit === 0x44a ||
    (unit >= 0x450 && unit < 0x460 && unit !== 0x451)
  )
}

/** A word of so many letters is mostly one token. */
const freeOf = { english: 8.5, western: 5, other: 3.6, capitals: 4, rareCyrillic: 3.2 }
const perLetter = { english: 0.06, western: 0.185, other: 0.33, capitals: 0.33, rareCyrillic: 0.32, noise: 0.52 }

const overOne = (length: number, free: number, per: number): number => 1 + Math.max(0, length - free) * per

class TokenCounts {
  /** Tokens of everything but words that depend on the language. */
  #sure = 0
  #words = 0
  #foreignWords = 0
  #accentedWords = 0
  #rareWords = 0
  #english = 0
  #western = 0
  #other = 0
  #russian = 0
  #rareCyrillic = 0
  #cyrillicWords = 0
  #rareCyrillicWords = 0

  /** The word that is being read. */
  #length = 0
  #capitals = 0
  #name = 0
  #script = 0
  #hasAccent = false
  #isRare = false

  /** The run of letters and digits that is being read, as if it were noise: base64, hexadecimal. */
  #runLength = 0
  #runTurns = 0
  #runNoise = 0
  /** What its words have added, should it not be noise. */
  readonly #runBefore = { english: 0, western: 0, other: 0, sure: 0, words: 0 }

  #digits = 0
  #marks = 0
  #lastMark = 0
  #spaces = 0

  take(now: number, before: number, unit: number): void {
    const isLatin = now === kind.lower || now === kind.upper
    if (isLatin || now === kind.digit) this.#takeInRun(now, before, unit)
    else {
      if (this.#runLength > 0) this.#endRun()
      if (now >= kind.script) this.#takeOfScript(now, before, unit)
      else if (now !== kind.joiner) this.#endWord()
      if (now === kind.joiner) this.#sure += this.#length > 0 ? 0.6 : 0.9
      else if (now === kind.surrogate) this.#sure += 0.97
    }
    if (now === kind.mark) this.#takeMark(unit)
    else if (this.#marks > 0) this.#endMarks(isLatin, now === kind.lineEnd)
    if (now === kind.space) this.#spaces += 1
    else if (now === kind.lineEnd) {
      // Line ends after marks are part of them; those in a row are one.
      if (before !== kind.mark && before !== kind.lineEnd) this.#sure += 1
      this.#spaces = 0
    } else if (this.#spaces > 0) this.#endSpaces(now === kind.digit)
  }

  #endSpaces(beforeDigit = false): void {
    // A single one belongs to the word or the marks after it, but to no number.
    if (this.#spaces > 1) this.#sure += 1
    if (beforeDigit) this.#sure += 1
    this.#spaces = 0
  }

  #takeMark(unit: number): void {
    this.#sure += this.#marks === 0 ? 0.95 : unit === this.#lastMark ? 0.12 : 0.28
    this.#marks += 1
    this.#lastMark = unit
  }

  #endMarks(beforeWord: boolean, beforeLineEnd: boolean): void {
    // Some words have tokens with the mark before them.
    if (this.#marks === 1 && beforeWord) this.#sure -= 0.22
    else if (beforeLineEnd) this.#sure += 0.1
    this.#marks = 0
  }

  #takeInRun(now: number, before: number, unit: number): void {
    if (this.#runLength === 0) {
      this.#endWord()
      this.#beginRun()
    }
    const isTurn =
      this.#runLength > 0 && now !== before && !(before === kind.upper && now === kind.lower && this.#capitals === 1)
    if (isTurn) {
      this.#runTurns += 1
      if (now === kind.digit || before === kind.digit || now === kind.upper) this.#endWord()
    }
    this.#runLength += 1
    if (now === kind.digit) {
      // Three are a token.
      this.#digits += 1
      if (this.#digits % 3 === 1) this.#addSure(1)
      return
    }
    this.#digits = 0
    this.#script = 0
    this.#length += 1
    if (now === kind.upper) this.#capitals += 1
    if (unit >= 0x80) {
      this.#hasAccent = true
      this.#isRare ||= isRare(unit)
    }
    this.#name = this.#length <= 3 ? this.#name * 27 + ((unit | 0x20) - 96) : 0
  }

  #addSure(tokens: number): void {
    this.#sure += tokens
    this.#runNoise += tokens
  }

  #beginRun(): void {
    this.#runLength = 0
    this.#runTurns = 0
    this.#runNoise = 0
    this.#digits = 0
    this.#runBefore.english = this.#english
    this.#runBefore.western = this.#western
    this.#runBefore.other = this.#other
    this.#runBefore.sure = this.#sure
    this.#runBefore.words = this.#words
  }

  #endRun(): void {
    this.#endWord()
    if (this.#runLength >= 12 && this.#runTurns >= 0.3 * this.#runLength) {
      this.#english = this.#runBefore.english
      this.#western = this.#runBefore.western
      this.#other = this.#runBefore.other
      this.#words = this.#runBefore.words
      this.#sure = this.#runBefore.sure + this.#runNoise
    }
    this.#runLength = 0
    this.#digits = 0
  }

  #takeOfScript(now: number, before: number, unit: number): void {
    if (now !== before && before !== kind.joiner) this.#endWord()
    this.#script = now
    this.#length += 1
    this.#isRare ||= isRare(unit)
  }

  #endWord(): void {
    const length = this.#length
    if (length === 0) return
    if (this.#script >= kind.script) this.#endOfScript(length)
    else {
      this.#runNoise += Math.max(1, perLetter.noise * length + 0.35)
      const isCapital = this.#capitals > 1 && this.#capitals === length
      const capitals = isCapital ? overOne(length, freeOf.capitals, perLetter.capitals) : 0
      this.#english += capitals || overOne(length, freeOf.english, perLetter.english) + (this.#hasAccent ? 0.5 : 0)
      this.#western += capitals || overOne(length, freeOf.western, perLetter.western)
      this.#other += capitals || overOne(length, freeOf.other, perLetter.other) + (this.#isRare ? 0.15 : 0)
      this.#words += 1
      const isForeign = this.#hasAccent || (length <= 3 && foreign[this.#name] === 1)
      if (isForeign) this.#foreignWords += 1
      if (this.#hasAccent) this.#accentedWords += 1
      if (this.#isRare) this.#rareWords += 1
    }
    this.#length = 0
    this.#capitals = 0
    this.#name = 0
    this.#hasAccent = false
    this.#isRare = false
  }

  #endOfScript(length: number): void {
    const { free, per } = scripts[this.#script - kind.script] as { free: number; per: number }
    if (this.#script !== cyrillic) {
      this.#sure += overOne(length, free, per)
      return
    }
    this.#russian += overOne(length, free, per)
    this.#rareCyrillic += overOne(length, freeOf.rareCyrillic, perLetter.rareCyrillic)
    this.#cyrillicWords += 1
    if (this.#isRare) this.#rareCyrillicWords += 1
  }

  sum(): number {
    if (this.#runLength > 0) this.#endRun()
    this.#endWord()
    this.#endSpaces()
    const share = (part: number, all: number, enough: number): number => Math.min(1, part / (enough * Math.max(1, all)))
    const foreignShare = share(this.#foreignWords, this.#words, 0.12)
    // So many accents as in Swedish, Finnish, Hungarian.
    const accented = Math.max(0, Math.min(1, (this.#accentedWords / Math.max(1, this.#words) - 0.18) * 14))
    const rareShare = Math.max(accented, share(this.#rareWords, this.#words, 0.15))
    const others = rareShare * this.#other + (1 - rareShare) * this.#western
    const latin = foreignShare * others + (1 - foreignShare) * this.#english
    const rareCyrillicShare = share(this.#rareCyrillicWords, this.#cyrillicWords, 0.14)
    const slavic = rareCyrillicShare * this.#rareCyrillic + (1 - rareCyrillicShare) * this.#russian
    return Math.round(this.#sure + latin + slavic)
  }
}

const cyrillic = kindOf(0x430)
