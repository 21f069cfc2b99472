import { indexTerms } from '@skein/memory/store'
import type { Mutation } from '@skein/memory/store'

/** An observation of some words that all have, that some have, and that it alone has, under one of three labels. */
export function numbered(n: number): Mutation {
  const text = `common k${n % 7} only${n} ${n % 11 === 0 ? 'die Häuser und der See' : 'heron '.repeat(1 + (n % 4))}`
  return {
    type: 'set',
    key: { collection: 'observations', id: `o${n}` },
    value: JSON.stringify(text),
    meta: {
      author: 'ann',
      tags: [],
      derivedFrom: [],
      sensitivity: n % 5 === 0 ? 'internal' : 'public',
      compartments: n % 13 === 0 ? ['x'] : [],
    },
    terms: indexTerms(text),
  }
}
