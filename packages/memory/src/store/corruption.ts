/** Something that can't be read as it was written. */
export interface Corruption {
  /** A record, an object's bytes, a piece of the feed, or a part of the store of which nobody can tell what it held. */
  readonly kind: 'record' | 'object' | 'feed' | 'file'
  /** Of the record, as it stands there: that may be what is damaged. */
  readonly collection?: string | undefined
  /** The record's id, the object's name, a position in the feed (or two with a dash), a part of the store (`''` for all of it). */
  readonly id: string
  /** One sentence. */
  readonly problem: string
  /** The id of the key that it is sealed with, where nothing but that key is missing. */
  readonly missingKey?: string | undefined
  /**
   * What stands there, for a person to save what can be saved: text as it is,
   * anything else as a `data:` URL; `''` where there is nothing.
   */
  readonly raw: string
}

/** Stored bytes as {@link Corruption.raw} shows them. */
export function rawText(bytes: Uint8Array): string {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  const text = buffer.toString('utf8')
  return buffer.equals(Buffer.from(text, 'utf8')) ? text : `data:;base64,${buffer.toString('base64')}`
}
