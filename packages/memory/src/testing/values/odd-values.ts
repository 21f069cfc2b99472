/** JSON data that careless code changes, loses or fails on. It is JSON text, where a property can have any name. */
export const oddData: Readonly<Record<string, string>> = {
  'a property named __proto__': '{"__proto__":{"polluted":true}}',
  'a __proto__ of null, deep': '[{"a":{"__proto__":null,"b":{"__proto__":"text"}}}]',
  'a __proto__ with a list': '{"__proto__":[{"__proto__":[]}],"after":1}',
  'constructor and prototype': '{"constructor":{"prototype":{"polluted":true}},"prototype":1}',
  'names of methods': '{"toString":1,"valueOf":null,"hasOwnProperty":"x","then":"x","toJSON":2,"__defineGetter__":0}',
  'names of array members': '{"length":-1,"0":"a","4294967295":"b","push":null}',
  'names without letters': '{"":{"":{"":0}}," ":1}',
  'NUL in names and strings': '{"\\u0000":"\\u0000","a\\u0000b":"a\\u0000b","a":1}',
  'halves of surrogate pairs': '{"\\ud800":"\\udc00","\\ud83e":["\\udebf\\ud83e"],"\\udebf":"a\\ud800b"}',
  'odd characters': '{"\\ufffd":"\\ufffd","\\ufeff":"\\ufeff","\\uffff":"\\u2028\\u2029\\u007f"}',
  'names that look alike': '{"\\u00e9":1,"e\\u0301":2,"E":3,"e":4}',
  'a name of 100,000 letters': `{"${'k'.repeat(100_000)}":1}`,
  '10,000 properties': JSON.stringify(Object.fromEntries(Array.from({ length: 10_000 }, (_, n) => [`p${n}`, n]))),
  'numbers at the edges': '[5e-324,1.7976931348623157e+308,-1.5e-7,9007199254740991,0.1,0]',
  'nothing much': '[null,true,false,"",{},[],[[]],[{}]]',
  null: 'null',
  true: 'true',
  zero: '0',
  'a text': '"the \\"goose\\" \\\\ 🪿"',
  'an empty string': '""',
}

class Point {
  readonly x = 1
}
class Orphan {
  readonly x = 1
}
Object.setPrototypeOf(Orphan.prototype, null)
class Path extends Array<number> {}

function refuse(): never {
  throw new RangeError('not now')
}

function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {})
  revoke()
  return proxy
}

function cyclic(): unknown {
  const list: unknown[] = []
  list.push({ list })
  return list
}

/** Values that JSON would change or lose: a description, a factory, and the path of the fault. */
export const faults: readonly (readonly [what: string, make: () => unknown, path: string])[] = [
  ['undefined', () => undefined, ''],
  ['undefined in an array', () => [1, undefined], '[1]'],
  ['an array with a hole', () => Object.assign([1], { 2: 3 }), '[1]'],
  ['an array of only holes', () => Object.assign([], { length: 1_000_000 }), '[0]'],
  ['an array with a named property', () => Object.assign([1], { name: 1 }), ''],
  ['an array with a symbol property', () => Object.assign([1], { [Symbol('name')]: 1 }), ''],
  ['an object with a symbol property', () => ({ [Symbol('name')]: 1 }), ''],
  ['a cycle', cyclic, '[0].list'],
  ['a bigint', () => 1n, ''],
  ['a boxed bigint', () => Object(1n) as unknown, ''],
  ['a boxed number', () => Object(1) as unknown, ''],
  ['a boxed string', () => Object('text') as unknown, ''],
  ['a symbol', () => Symbol('s'), ''],
  ['a function', () => () => 1, ''],
  ['NaN', () => Number.NaN, ''],
  ['Infinity', () => Number.POSITIVE_INFINITY, ''],
  ['-Infinity', () => Number.NEGATIVE_INFINITY, ''],
  ['-0', () => -0, ''],
  ['a Date', () => new Date(0), ''],
  ['an invalid Date', () => new Date(Number.NaN), ''],
  ['a Map', () => new Map([[1, 1]]), ''],
  ['a Set', () => new Set([1]), ''],
  ['a WeakMap', () => new WeakMap(), ''],
  ['a RegExp', () => /x/, ''],
  ['an Error', () => new Error('x'), ''],
  ['a URL', () => new URL('https://example.org'), ''],
  ['an instance of a class', () => new Point(), ''],
  ['an instance of a class that extends null', () => new Orphan(), ''],
  ['an instance of a subclass of Array', () => Path.of(1, 2), ''],
  ['an object that inherits', () => Object.create({ x: 1 }) as unknown, ''],
  ['an object that inherits from one without a prototype', () => Object.create({ __proto__: null, x: 1 }), ''],
  ['an object with toJSON', () => ({ toJSON: () => 1 }), ''],
  ['an array with toJSON', () => Object.assign([1], { toJSON: () => 1 }), ''],
  ['a getter that throws', () => Object.defineProperty({}, 'x', { get: refuse, enumerable: true }), '.x'],
  ['an array with a getter that throws', () => Object.defineProperty([1], 0, { get: refuse, enumerable: true }), '[0]'],
  ['a Proxy that throws', () => new Proxy({}, { ownKeys: refuse }), ''],
  ['a Proxy that was revoked', () => ({ x: revoked() }), '.x'],
  ['a Proxy of a Map', () => new Proxy(new Map(), {}), ''],
  ['a Uint8Array', () => new Uint8Array(1), ''],
  ['a Buffer', () => Buffer.alloc(1), ''],
  ['a Uint8ClampedArray', () => new Uint8ClampedArray(1), ''],
  ['a Float64Array', () => new Float64Array(1), ''],
  ['an ArrayBuffer', () => new ArrayBuffer(1), ''],
  ['a SharedArrayBuffer', () => new SharedArrayBuffer(1), ''],
  ['a DataView', () => new DataView(new ArrayBuffer(1)), ''],
]

/** Objects whose property `x` returns 1, NaN, 1, NaN … on successive reads. */
export const fickle: readonly (readonly [what: string, make: () => object])[] = [
  ['a getter', () => Object.defineProperty({}, 'x', { get: alternating(), enumerable: true })],
  [
    'a Proxy',
    () => {
      const next = alternating()
      return new Proxy({ x: 1 }, { get: (_, name) => (name === 'x' ? next() : undefined) })
    },
  ],
]

function alternating(): () => number {
  let reads = 0
  return () => {
    reads += 1
    return reads % 2 === 1 ? 1 : Number.NaN
  }
}

/** Names that careless code confuses, loses or misinterprets. */
export const oddNames: readonly string[] = [
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  '\0',
  'a\0b',
  'a',
  ' ',
  '%',
  '_',
  '*',
  "'; --",
  '"',
  '\\',
  'a:b',
  'a~b',
  '\u{e9}',
  'e\u0301',
  'E',
  'e',
  '\ufeff',
  '\ufffd',
  '🪿',
  'k'.repeat(999),
  'k'.repeat(1_000),
]
