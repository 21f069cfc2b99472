/** Stored data that can't be read as it was written. */
export interface Corruption {
  /** A record, an object's bytes, part of the feed (`feed`), or part of the store with unknown content (`file`). */
  readonly kind: 'record' | 'object' | 'feed' | 'file'
  /** The record's collection, as stored. It may itself be corrupt. */
  readonly collection?: string | undefined
  /** The record's id, the object's name, a feed position or range (`3-7`), or a part of the store (`''` for all of it). */
  readonly id: string
  /** One sentence that says what is wrong. */
  readonly problem: string
  /** The id of the sealing key, if a missing key is the only problem. */
  readonly missingKey?: string | undefined
  /**
   * The stored data, so that a person can recover what is left: text as is,
   * anything else as a `data:` URL, `''` if nothing is stored.
   */
  readonly raw: string
}

/** Formats stored bytes for {@link Corruption.raw}. */
export function rawText(bytes: Uint8Array): string {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  const text = buffer.toString('utf8')
  return buffer.equals(Buffer.from(text, 'utf8')) ? text : `data:;base64,${buffer.toString('base64')}`
}
