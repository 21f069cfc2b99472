import type { Bar, Track } from '../state/tracks.ts'

/** The height of the axis above the lanes, in pixels. */
export const axisHeight = 26

const padding = 5
/** The height of a level with enough room, in pixels. */
const fullStep = 16
/** The height of all levels together: many concurrent runs get thin bars. */
const maxHeight = 64

/** The row of an agent or thread, as high as its concurrent runs need. */
export interface Lane {
  readonly track: Track
  /** Below the top of the first lane, in pixels. */
  readonly top: number
  readonly height: number
  /** From one level to the next, in pixels. */
  readonly step: number
  readonly barHeight: number
}

/** Stacks the lanes of tracks. */
export function lanesOf(tracks: readonly Track[]): readonly Lane[] {
  let top = 0
  return tracks.map((track) => {
    const levels = Math.max(1, track.levels.length)
    const step = Math.min(fullStep, maxHeight / levels)
    const lane = { track, top, step, barHeight: step - (step > 6 ? 2 : 1), height: 2 * padding + levels * step }
    top += lane.height
    return lane
  })
}

/** The height of all lanes together. */
export function heightOf(lanes: readonly Lane[]): number {
  const last = lanes.at(-1)
  return last ? last.top + last.height : 0
}

/** The top of a bar within its lane. */
export function barTop({ step }: Pick<Lane, 'step'>, { level }: Pick<Bar, 'level'>): number {
  return padding + level * step + 1
}

/** The lane at a distance below the top of the first one. */
export function laneAt(lanes: readonly Lane[], y: number): Lane | undefined {
  return lanes.find(({ top, height }) => y >= top && y < top + height)
}
