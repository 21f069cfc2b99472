import { analyse } from 'chardet'

import { refinedEncoding } from './single-byte.ts'
import { isKnownEncoding } from './text-encodings.ts'

/** The encoding that the bytes of a text tell, which is no Unicode. */
export function detectEncoding(sample: Uint8Array): string {
  const likely = analyse(sample).flatMap(({ name }) => (isKnownEncoding(name) ? [name] : []))
  // Western Windows encodings hold all of Latin-1, and the quotation marks that people type.
  return refinedEncoding(
    sample,
    likely.map((name) => (/^iso-8859-1$/i.test(name) ? 'windows-1252' : name)),
  )
}
