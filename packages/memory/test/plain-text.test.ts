import { plainText } from '@skein/memory/runtime'
import { expect, it } from 'vitest'

it.each([
  ['a sequence that clears the screen', 'a\u001B[2Jb', 'a\uFFFDb'],
  ['a title', 'a\u001B]0;pwned\u0007b', 'a\uFFFDb'],
  ['a link', 'a\u001B]8;;http://x\u001B\\b', 'a\uFFFDb'],
  ['a sequence of one C1 code', 'a\u009B31mb\u009D0;pwned\u009Cc', 'a\uFFFDb\uFFFDc'],
  ['a device control string', 'a\u001BPq#0\u001B\\b', 'a\uFFFDb'],
  ['a sequence without an end', 'a\u001B]0;b', 'a\uFFFD]0;b'],
  ['line breaks of any kind', 'a\r\nb\u0085c\u2028d\u2029e', 'a\uFFFD\uFFFDb\uFFFDc\uFFFDd\uFFFDe'],
  ['NUL, backspace and DEL', 'a\u0000\b\u007Fb', 'a\uFFFD\uFFFD\uFFFDb'],
  ['half a character', 'a\uD800b', 'a\uFFFDb'],
  ['a change of direction', 'a\u202Eb\u2066c\u061Cd\u200Fe', 'a\uFFFDb\uFFFDc\uFFFDd\uFFFDe'],
  ['letters that nobody sees', 'a\u200Bb\u2060c\uFEFFd\u00ADe\u{E0041}f\u{E0100}g\u3164h\u034F', 'abcdefgh'],
  ['joiners that join nothing', 'pay\u200Dpal\u200C 1\u200D2', 'paypal 12'],
])('makes harmless: %s', (_, text, expected) => {
  expect(plainText(text)).toBe(expected)
})

it.each(['👩‍👩‍👧 ❤️', 'می‌خواهم', 'क्‍ष', '日本語 é e\u0301', 'a\\u001B[2J'])('leaves as it is: %s', (text) => {
  expect(plainText(text)).toBe(text)
})
