import { OptionError } from '@skein/memory'

import type { StreamPosition } from '../protocol/protocol.ts'

/** A position in the stream: after the feed's entry `seq`, and after the live event `liveSeq` of one server start. */
export interface ParsedPosition {
  readonly seq: number
  readonly liveSeq: number
  /** Identifies the server start: each counts its live events from zero. */
  readonly bootId: string
}

/** Encodes a position for clients. */
export function formatPosition({ seq, liveSeq, bootId }: ParsedPosition): StreamPosition {
  return `${seq}.${liveSeq}.${bootId}`
}

/**
 * Decodes a position that a client sends back.
 *
 * @param bootId - Of this server start. A position of another one counts none of its live events as seen.
 * @throws OptionError when the text is not a position.
 */
export function parsePosition(position: StreamPosition, bootId: string): ParsedPosition {
  const [, seq, liveSeq, sentBootId] = /^(\d{1,15})\.(\d{1,15})\.([\da-z]{1,16})$/.exec(position) ?? []
  if (seq === undefined) throw new OptionError('after', 'a position from the stream', position)
  return { seq: Number(seq), liveSeq: sentBootId === bootId ? Number(liveSeq) : 0, bootId }
}
