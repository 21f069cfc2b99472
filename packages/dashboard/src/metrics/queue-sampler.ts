import type { FlockQueues } from '@skein/core'

import type { QueuePoint } from '../protocol/protocol.ts'
import type { Window } from './window-metrics.ts'

/** Samples that are kept: with half of them gone, a run of any length has some hundreds. */
const mostSamples = 1_200

/** Pieces that a window is cut into. */
const pieces = 60

/**
 * How long the queues of a flock were, looked at from time to time: sending
 * a message costs nothing for it, and a queue that was full and empty again in
 * between is not seen.
 *
 * When there are too many samples, each two become one that tells the longer
 * queues, and from then on they are taken half as often.
 */
export class QueueLog {
  readonly #look: () => FlockQueues
  #paceMs: number
  #samples: QueuePoint[] = []

  /** @param paceMs - The least time between two samples, to begin with. */
  constructor(look: () => FlockQueues, paceMs: number) {
    this.#look = look
    this.#paceMs = paceMs
  }

  /** Looks at the queues, unless that was done a moment ago. @param at - Unix milliseconds. */
  note(at: number): void {
    const last = this.#samples.at(-1)
    if (last && at < last.at + this.#paceMs) return
    const { messages, activities } = this.#look()
    this.#samples.push({ at, messages, ...(activities !== undefined && { activities }) })
    if (this.#samples.length < mostSamples) return
    this.#samples = this.#samples.flatMap((sample, index) =>
      index % 2 === 0 ? [longest(sample.at, this.#samples.slice(index, index + 2))] : [],
    )
    this.#paceMs *= 2
  }

  /** The samples of a window, in pieces of which each tells the longest queues. */
  within({ since, until }: Window): readonly QueuePoint[] {
    const inWindow = this.#samples.filter(({ at }) => at >= since && at < until)
    if (inWindow.length <= pieces) return inWindow
    const from = inWindow[0]?.at ?? since
    const width = ((inWindow.at(-1)?.at ?? until) + 1 - from) / pieces
    const byPiece = Map.groupBy(inWindow, ({ at }) => Math.floor((at - from) / width))
    return [...byPiece].map(([piece, samples]) => longest(Math.round(from + piece * width), samples))
  }
}

function longest(at: number, samples: readonly QueuePoint[]): QueuePoint {
  const known = samples.flatMap(({ activities }) => activities ?? [])
  return {
    at,
    messages: Math.max(...samples.map(({ messages }) => messages)),
    ...(known.length > 0 && { activities: Math.max(...known) }),
  }
}
