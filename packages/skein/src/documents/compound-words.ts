import type { Language } from '@skein/core/executor'

const set = (all: string): ReadonlySet<string> => new Set(all.split(' '))

const numerals = set(
  'one two three four five six seven eight nine ten twenty thirty forty fifty sixty seventy eighty ninety',
)
const units = set(
  'one two three four five six seven eight nine first second third fourth fifth sixth seventh eighth ninth',
)
/** Words that a hanging hyphen stands before: `Haus- und Hof`. */
const conjunctions: Readonly<Partial<Record<Language, ReadonlySet<string>>>> = {
  en: set('and or to'),
  de: set('und oder bis sowie bzw'),
  nl: set('en of tot'),
  fr: set('et ou à'),
  es: set('y e o u'),
  it: set('e ed o'),
  pt: set('e ou'),
  pl: set('i lub oraz'),
  sv: set('och eller'),
  da: set('og eller'),
  cs: set('a nebo'),
  ru: set('и или'),
  uk: set('і й та або'),
}
const asking = set(
  'кто кого кому кем ком что чего чему чем чём какой какая какое какие какого какому каким каком какую каких какими ' +
    'где куда откуда когда как почему зачем отчего чей чья чьё чьи сколько',
)
/** Whether two parts make a word that is written with a hyphen. */
const compounds: Readonly<Partial<Record<Language, (one: string, two: string) => boolean>>> = {
  en: (one, two) =>
    (/^(?:well|quasi|half|self)$/.test(one) && !/^(?:ish|less)/.test(two)) ||
    (numerals.has(one) && one.endsWith('ty') && units.has(two)),
  ru: (one, two) =>
    (asking.has(one) && /^(?:то|либо)$/.test(two)) ||
    two === 'нибудь' ||
    one === 'кое' ||
    (one === 'по' && /(?:[сц]ки|[оеь]му|ьи)$/.test(two) && !/^(?:э?тому|чему|сему)$/.test(two)) ||
    (one === 'во' && /^(?:первых|вторых|третьих)$/.test(two)) ||
    (one === 'из' && /^(?:за|под)$/.test(two)),
  fr: (one, two) =>
    (one === 'peut' && two === 'être') ||
    (/^(?:celui|celle|celles|ceux)$/.test(one) && /^(?:ci|là)$/.test(two)) ||
    (/[td]$/.test(one) && /^(?:ils?|elles?|on)$/.test(two)) ||
    /^(?:nous|vous|mêmes?)$/.test(two),
  pt: (one, two) => one.length > 3 && /(?:[eoi]u|[aei][rm]|e)$/.test(one) && /^(?:lhes?|se)$/.test(two),
}

/**
 * Whether a hyphen belongs to a word, wherever the line ends: `US-led`, `well-known`.
 *
 * @param first - The part before it, as it is written.
 */
export function isCompound(first: string, second: string, language: Language): boolean {
  const isShort = first.length === 1 || (first === first.toUpperCase() && first !== first.toLowerCase())
  return isShort || compounds[language]?.(first.toLowerCase(), second.toLowerCase()) === true
}

/**
 * Whether a hyphen stands for a part that follows later: `salt- and sugar-barrels`.
 *
 * @param following - What stands behind `second`.
 */
export function isHanging(first: string, second: string, following: string, language: Language): boolean {
  if (!/^\s/.test(following) || conjunctions[language]?.has(second) !== true) return false
  // Of English, `sail-or` and `in-to` are words as well.
  if (language !== 'en' || second === 'and') return true
  return numerals.has(first.toLowerCase()) || /^(?:\s{1,9}[^\s-]{1,30}){0,2}\s{1,9}[^\s-]{1,30}-/.test(following)
}
