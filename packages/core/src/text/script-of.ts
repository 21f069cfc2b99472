/** What a UTF-16 unit is to a tokenizer. Letters of other scripts than Latin have the number of their script. */
export const kind = {
  lower: 0,
  upper: 1,
  digit: 2,
  space: 3,
  lineEnd: 4,
  mark: 5,
  joiner: 6,
  surrogate: 7,
  script: 8,
} as const

/** How the words of a script are cut: into one token up to `free` units, and `per` tokens for each further one. */
export interface Script {
  readonly free: number
  readonly per: number
}

// Fitted to o200k_base over the Universal Declaration of Human Rights and everyday texts.
const russian: Script = { free: 4, per: 0.18 }
const arabic: Script = { free: 2.5, per: 0.28 }
const greek: Script = { free: 3.2, per: 0.43 }
const indic: Script = { free: 2, per: 0.42 }
const han: Script = { free: 1, per: 0.8 }
const ethiopic: Script = { free: 0.5, per: 2 }
const symbols: Script = { free: 1, per: 0.9 }

/** Ranges of 128 units, in order: the first unit of each, and the script from there on. */
const ranges: readonly (readonly [from: number, Script])[] = [
  [0x0300, greek],
  [0x0400, russian],
  [0x0500, { free: 3.5, per: 0.25 }], // Armenian
  [0x0580, { free: 2.7, per: 0.43 }], // Hebrew
  [0x0600, arabic],
  [0x0780, indic],
  [0x0900, { free: 3.3, per: 0.28 }], // Devanagari
  [0x0980, { free: 2.5, per: 0.3 }], // Bengali
  [0x0a00, indic],
  [0x0b80, { free: 2, per: 0.28 }], // Tamil
  [0x0c00, { free: 2, per: 0.48 }], // Telugu and its neighbors
  [0x0e00, { free: 1, per: 0.4 }], // Thai
  [0x0e80, ethiopic], // Lao, Tibetan
  [0x1000, { free: 1, per: 0.5 }], // Burmese
  [0x1080, { free: 3.5, per: 0.3 }], // Georgian
  [0x1100, han],
  [0x1200, ethiopic],
  [0x1400, symbols],
  [0x1780, { free: 1, per: 0.58 }], // Khmer
  [0x1800, symbols],
  [0x1f00, greek],
  [0x2000, symbols],
  [0x3000, han],
  [0xa000, symbols],
  [0xac00, { free: 1.6, per: 0.8 }], // Hangul
  [0xd800, symbols],
  [0xf900, han],
  [0xfb00, arabic],
  [0xfe00, symbols],
  [0xfe80, arabic],
  [0xff00, han],
]

export const scripts: readonly Script[] = ranges.map(([, script]) => script)

const isLetterOfLatin1 = (unit: number): boolean => unit >= 0xc0 && unit !== 0xd7 && unit !== 0xf7

/** One entry for each unit of ASCII and Latin-1. */
const low = Uint8Array.from({ length: 0x100 }, (_, unit) => {
  const char = String.fromCharCode(unit)
  if (/[0-9]/.test(char)) return kind.digit
  if (/[\r\n\u0085]/.test(char)) return kind.lineEnd
  if (/\s/.test(char)) return kind.space
  if (/[A-Z]/.test(char) || (isLetterOfLatin1(unit) && unit < 0xdf)) return kind.upper
  return /[a-z]/.test(char) || isLetterOfLatin1(unit) ? kind.lower : kind.mark
})

/** One entry for each 128 units. */
const high = Uint8Array.from({ length: 0x200 }, (_, block) => {
  const script = ranges.findLastIndex(([from]) => from <= block * 0x80)
  return script < 0 ? kind.lower : kind.script + script
})
high[0x1e00 / 0x80] = kind.lower
high[0x1e80 / 0x80] = kind.lower
for (let block = 0xd800 / 0x80; block < 0xe000 / 0x80; block += 1) high[block] = kind.surrogate

/** The kind of a UTF-16 unit. */
export function kindOf(unit: number): number {
  if (unit < 0x100) return low[unit] as number
  if (unit >= 0x2000 && unit < 0x2070) return kindOfPunctuation(unit)
  if (unit >= 0x3000 && unit < 0x3040) return unit === 0x3000 ? kind.space : kind.mark
  if ((unit >= 0x300 && unit < 0x370) || (unit >= 0xfe00 && unit < 0xfe10)) return kind.joiner
  // The last letters of Armenian lie in the range of Hebrew.
  return high[(unit >= 0x580 && unit < 0x590 ? unit - 0x10 : unit) >> 7] as number
}

function kindOfPunctuation(unit: number): number {
  if (unit <= 0x200a || unit === 0x202f || unit === 0x205f) return kind.space
  if (unit === 0x2028 || unit === 0x2029) return kind.lineEnd
  return unit >= 0x200b && unit <= 0x200f ? kind.joiner : kind.mark
}
