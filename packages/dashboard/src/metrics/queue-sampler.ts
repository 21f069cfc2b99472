import type { FlockQueues } from '@skein/core/types'

import type { QueueSample } from '../protocol/protocol.ts'
import type { TimeWindow } from './window-metrics.ts'

/** Samples that are kept; on reaching them half are merged away, so a run of any length has some hundreds. */
const maxSamples = 1_200

/** Buckets of a window. */
const maxBuckets = 60

/**
 * Samples the queue lengths of a flock. Sampling costs nothing when messages are
 * sent, and misses a queue that fills and empties between two samples.
 *
 * When there are too many samples, each two are merged into one with the longer
 * queues, and the sampling interval doubles.
 */
export class QueueSampler {
  readonly #readQueues: () => FlockQueues
  #intervalMs: number
  #samples: QueueSample[] = []

  /** @param intervalMs - Least time between two samples at the beginning, in milliseconds. */
  constructor(readQueues: () => FlockQueues, intervalMs: number) {
    this.#readQueues = readQueues
    this.#intervalMs = intervalMs
  }

  /** Takes a sample, unless the last one is too recent. @param at - Unix milliseconds. */
  sample(at: number): void {
    const last = this.#samples.at(-1)
    if (last && at < last.at + this.#intervalMs) return
    const { messages, activities } = this.#readQueues()
    this.#samples.push({ at, messages, ...(activities !== undefined && { activities }) })
    if (this.#samples.length < maxSamples) return
    this.#samples = this.#samples.flatMap((sample, index) =>
      index % 2 === 0 ? [longestOf(sample.at, this.#samples.slice(index, index + 2))] : [],
    )
    this.#intervalMs *= 2
  }

  /** The samples of a window, in buckets with the longest queues of each. */
  within({ since, until }: TimeWindow): readonly QueueSample[] {
    const inWindow = this.#samples.filter(({ at }) => at >= since && at < until)
    if (inWindow.length <= maxBuckets) return inWindow
    const from = inWindow[0]?.at ?? since
    const width = ((inWindow.at(-1)?.at ?? until) + 1 - from) / maxBuckets
    const buckets = Map.groupBy(inWindow, ({ at }) => Math.floor((at - from) / width))
    return [...buckets].map(([index, samples]) => longestOf(Math.round(from + index * width), samples))
  }
}

function longestOf(at: number, samples: readonly QueueSample[]): QueueSample {
  const activities = samples.flatMap((sample) => sample.activities ?? [])
  return {
    at,
    messages: Math.max(...samples.map(({ messages }) => messages)),
    ...(activities.length > 0 && { activities: Math.max(...activities) }),
  }
}
