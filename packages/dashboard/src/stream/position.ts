import { OptionError } from '@skein/memory'

import type { StreamPosition } from '../protocol/protocol.ts'

/** A place in the stream: all of the feed up to `seq`, and all live events up to `live` of one run of the server. */
export interface Place {
  readonly seq: number
  readonly live: number
  /** Names the run of the server that counted the live events. */
  readonly life: string
}

export function formatPosition({ seq, live, life }: Place): StreamPosition {
  return `${seq}.${live}.${life}`
}

/**
 * What a page hands back.
 *
 * @param life - Of this run: live events that another one counted mean nothing here, so none of ours is passed over.
 * @throws OptionError when it is no position.
 */
export function parsePosition(position: StreamPosition, life: string): Place {
  const [, seq, live, theirs] = /^(\d{1,15})\.(\d{1,15})\.([\da-z]{1,16})$/.exec(position) ?? []
  if (seq === undefined) throw new OptionError('after', 'a position that the stream gave', position)
  return { seq: Number(seq), live: theirs === life ? Number(live) : 0, life }
}
